// See table_a.h. The claims are the course's (D20), in its words.
#include "bench/report/table_a.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/report/cells.h"

namespace report {

namespace {

using nlohmann::json;
using Is = Claim::Is;

constexpr const char* kProcess = "process";
constexpr const char* kContainer = "mini-container";
constexpr const char* kVm = "vm-kvm";
constexpr const char* kEmulated = "vm-tcg";
constexpr double kSecond = 1e9;

using Columns = std::vector<Column>;
// The claims about process, container and VM; the course's word on emulation is one, in the techniques' table.
std::vector<std::string> claims(const char* process, const char* container, const char* vm,
                                const char* emulation = "") {
  return {process, container, vm, emulation};
}

// What may be claimed about each column; nothing about emulation, which the table does not speak of.
struct Bounds {
  Claim process;
  Claim container;
  Claim vm;
};

Claim bound_for(const std::string& platform, const Bounds& bounds) {
  if (platform == kProcess) return bounds.process;
  if (platform == kContainer) return bounds.container;
  return platform == kVm ? bounds.vm : Claim{};
}

// Emulation's numbers carry their label into every form of the report.
void label_emulation(const Column& column, Cell& cell) {
  if (column.platform == kEmulated && cell.kind == Kind::measured) {
    cell.detail += fmt::format("; {}", kEmulationLabel);
  }
}

template <class MakeCell>
Line line(std::string label, const Columns& columns, MakeCell&& make) {
  Line made{std::move(label), {}};
  for (const Column& column : columns) {
    Cell cell = make(column.platform);
    label_emulation(column, cell);
    made.cells.push_back(std::move(cell));
  }
  return made;
}

Line median_line(const Results& results, const Columns& columns, std::string label, const Quantity& quantity,
                 const Bounds& bounds = {}) {
  return line(std::move(label), columns, [&](const std::string& platform) {
    return measured(results, platform, quantity, bound_for(platform, bounds));
  });
}

Line overhead_line(const Results& results, const Columns& columns, std::string label,
                   const Quantity& quantity, const Bounds& bounds = {}) {
  return line(std::move(label), columns, [&](const std::string& platform) {
    return overhead_over_process(results, platform, quantity, bound_for(platform, bounds));
  });
}

Line facts_line(const Results& results, const Columns& columns, std::string label,
                const std::function<Cell(const PlatformFacts&)>& say) {
  return line(std::move(label), columns, [&](const std::string& platform) {
    const PlatformFacts* facts = results.platform(platform);
    return facts == nullptr ? unavailable("not part of this run") : say(*facts);
  });
}

Line inside_line(const Results& results, const Columns& columns, std::string label,
                 const std::function<Cell(const json&)>& say) {
  return facts_line(results, columns, std::move(label),
                    [&](const PlatformFacts& facts) { return seen_inside(facts, say); });
}

// A VM's first instruction cannot be placed on the host's clock; its first byte can, and comes later.
Line to_main_line(const Results& results, const Columns& columns) {
  return line(
      "request to the first instruction of main, starts 150 ms apart", columns,
      [&](const std::string& platform) {
        const bool is_vm = platform == kVm || platform == kEmulated;
        Cell cell = measured(results, platform, {"start", "paced", is_vm ? "to_first_byte" : "to_main"});
        if (is_vm && cell.kind == Kind::measured) cell.detail += "; to its first byte, the clocks differ";
        return cell;
      });
}

// A start that is not a boot, and so no answer to the claim about one: vm-launcher's default from an image's second run on.
Line warm_line(const Results& results, const Columns& columns) {
  return line("request to exit, from a snapshot of a VM that had booted, starts 150 ms apart", columns,
              [&](const std::string& platform) {
                if (platform != kVm && platform != kEmulated) return evidence("-", "nothing to boot");
                const PlatformFacts* cold = results.platform(platform);
                if (cold != nullptr && cold->unavailable) return unavailable(*cold->unavailable);
                return measured(results, platform + "-warm", {"start", "paced", "to_exit"});
              });
}

// WHY said of the VM: its root is memory, and only a disk that was asked for can be compared with a disk.
Line disk_line(const Results& results, const Columns& columns) {
  const Quantity written = {"disk", "", "write_and_fsync"};
  // WHY: no verdict on the container. The layer of `run --rm` is mounted volatile and its fsync(2) does
  // nothing, so a smaller figure says nothing about the claim.
  const Bounds bounds = {{}, {}, {Is::above, 1.50}};
  const auto host = results.environment.find("filesystem");
  return line("32 MiB written, with fsync (which does nothing in a container of run --rm)", columns,
              [&](const std::string& platform) {
                Cell cell = overhead_over_process(results, platform, written, bound_for(platform, bounds));
                const bool is_vm = platform == kVm || platform == kEmulated;
                if (is_vm && cell.kind == Kind::measured)
                  cell.detail += fmt::format("; ext4 on a virtio disk, a file on the host's {}",
                                             host == results.environment.end() ? "disk" : host->second);
                return cell;
              });
}

Cell text_inside(const json& isolation, const char* key) {
  const auto found = isolation.find(key);
  if (found == isolation.end() || found->is_null()) return unavailable("cannot be seen from inside");
  return evidence(found->is_string() ? found->get<std::string>() : found->dump());
}

Cell processes_inside(const json& isolation) {
  const auto found = isolation.find("visible_processes");
  if (found == isolation.end() || !found->is_number()) return unavailable("no /proc inside");
  return evidence(fmt::format("sees {} process{}", found->get<int>(), found->get<int>() == 1 ? "" : "es"),
                  fmt::format("is pid {} to itself", isolation.value("pid", 0)));
}

Cell links_inside(const json& isolation) {
  const auto found = isolation.find("links");
  if (found == isolation.end() || !found->is_array()) return unavailable("no /proc inside");
  return evidence(fmt::format("{}", fmt::join(found->get<std::vector<std::string>>(), " ")));
}

// WHY: every Linux kernel gives its first namespaces the same inode numbers, so those of a guest say nothing.
Cell namespaces_of(const PlatformFacts& facts) {
  return seen_inside(facts, [&](const json& isolation) {
    return facts.technique == "vm" ? evidence("a kernel of its own", "shares none")
                                   : own_namespaces(isolation);
  });
}

Cell ran_here(const PlatformFacts& facts) {
  return facts.unavailable ? unavailable(*facts.unavailable)
                           : evidence("ran on this Linux host", facts.version.value_or(""));
}

Columns columns_of(const Results& results) {
  Columns columns = {{kProcess, "process", {}},
                     {kContainer, "container", {}},
                     {kVm, "VM (kvm)", {}},
                     {kEmulated, "emulated VM (tcg)", {}}};
  for (Column& column : columns) {
    const PlatformFacts* facts = results.platform(column.platform);
    if (facts == nullptr) continue;
    const bool is_vm = facts->technique == "vm";
    column.conditions = fmt::format("{}kernel {}", is_vm ? "accelerator " + facts->accelerator + ", " : "",
                                    facts->kernel.value_or("unknown"));
    if (facts->unavailable) column.conditions = "unavailable";
  }
  return columns;
}

std::vector<Row> rows_seen(const Results& results, const Columns& columns) {
  return {
      {"definition",
       claims("running instance of a program", "isolated group of processes under a shared kernel",
              "an OS that shares the host's hardware through a hypervisor",
              "as a VM, and the CPU is simulated too"),
       {inside_line(results, columns, "processes seen from inside", processes_inside)}},
      {"OS of the virtualized apps",
       claims("same OS", "same kernel", "several independent OSes"),
       {inside_line(results, columns, "kernel seen from inside",
                    [](const json& isolation) { return text_inside(isolation, "kernel"); })}},
      {"isolation",
       claims("memory space and user privileges", "namespaces and cgroups", "full OS isolation"),
       {facts_line(results, columns, "namespaces that differ from the host's", namespaces_of),
        inside_line(results, columns, "host name seen from inside",
                    [](const json& isolation) { return text_inside(isolation, "hostname"); })}},
      {"security",
       claims("-", "improving", "higher"),
       {inside_line(results, columns, "privileges of root inside", privileges)}},
  };
}

std::vector<Row> rows_measured(const Results& results, const Columns& columns) {
  const Claim one_second{Is::below, kSecond};
  const Claim ten_seconds{Is::above, 10 * kSecond};
  return {
      {"size",
       claims("the user's application", "image of some MB + app", "image of some GB + app"),
       {facts_line(results, columns, "image", image_size)}},
      {"lifecycle",
       claims("created by fork, generally short-lived", "runs on the kernel with hardly any boot (1 s)",
              "needs a boot (>10 s), generally long-lived"),
       {to_main_line(results, columns),
        median_line(results, columns, "request to exit, starts 150 ms apart", {"start", "paced", "to_exit"},
                    {{}, one_second, ten_seconds}),
        median_line(results, columns, "request to exit, back to back", {"start", "back-to-back", "to_exit"},
                    {{}, one_second, ten_seconds}),
        warm_line(results, columns)}},
      {"memory of one idle instance",
       claims("", "", ""),
       {median_line(results, columns, "proportional set size of its processes", {"memory", "", "pss"}),
        median_line(results, columns, "charged to its cgroup, with kernel memory",
                    {"memory", "", "cgroup"})}},
      {"computer (CPU) overhead",
       claims("-", "< 5 %", "> 10 %", "poor performance"),
       {overhead_line(results, columns, "fixed integer and floating-point work", {"cpu", "", "work"},
                      {{}, {Is::below, 1.05}, {Is::above, 1.10}}),
        overhead_line(results, columns, "one cheap system call", {"syscall", "", "per_call"})}},
      {"disk I/O overhead", claims("-", "generally 0", "> 50 %"), {disk_line(results, columns)}},
  };
}

}  // namespace

const char* const kEmulationLabel = "emulation's figure, not a VM's";

std::string text_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::none:
      return {};
    case Verdict::agrees:
      return "agrees with the claim";
    case Verdict::differs:
      return "differs from the claim";
    case Verdict::too_noisy:
      return "too noisy to judge the claim";
  }
  return {};
}

Table table_a(const Results& results) {
  Table table{columns_of(results), rows_seen(results, columns_of(results))};
  for (Row& row : rows_measured(results, table.columns))
    table.rows.push_back(std::move(row));
  table.rows.push_back(
      {"communication",
       claims("IPC", "IPC", "network devices"),
       {inside_line(results, table.columns, "network links seen from inside", links_inside)}});
  table.rows.push_back({"support",
                        claims("all OSes", "mostly Linux", "all OSes"),
                        {facts_line(results, table.columns, "on this host", ran_here)}});
  return table;
}

}  // namespace report
