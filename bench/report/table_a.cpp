// Table A of the course, process against container against VM. The claims are the lecture's (D20), in its words.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/report/lines.h"
#include "bench/report/tables.h"

namespace report {

namespace {

using nlohmann::json;
using Is = Claim::Is;

constexpr double kSecond = 1e9;

// The claims about process, container and VM; the course's word on emulation is one, in the techniques' table.
std::vector<std::string> claims(const char* process, const char* container, const char* vm,
                                const char* emulation = "") {
  return {process, container, vm, emulation};
}

// A VM's first instruction cannot be placed on the host's clock; its first byte can, and comes later.
Line to_main_line(const Results& results, const Lines& lines) {
  return lines.each(
      "request to the first instruction of main, starts 150 ms apart", [&](const std::string& platform) {
        Cell cell =
            measured(results, platform, {"start", "paced", is_vm(platform) ? "to_first_byte" : "to_main"});
        if (is_vm(platform) && cell.kind == Kind::measured)
          cell.detail += "; to its first byte, the clocks differ";
        return cell;
      });
}

// A start that is not a boot, and so no answer to the claim about one: vm-launcher's default from an image's second run on.
Line warm_line(const Results& results, const Lines& lines) {
  return lines.each("request to exit, from a snapshot of a VM that had booted, starts 150 ms apart",
                    [&](const std::string& platform) {
                      if (!is_vm(platform)) return evidence("-", "nothing to boot");
                      const PlatformFacts* cold = results.platform(platform);
                      if (cold != nullptr && cold->unavailable) return unavailable(*cold->unavailable);
                      return measured(results, platform + "-warm", {"start", "paced", "to_exit"});
                    });
}

// WHY said of the VM: its root is memory, and only a disk that was asked for can be compared with a disk.
Line disk_line(const Results& results, const Lines& lines) {
  const Quantity written = {"disk", "", "write_and_fsync"};
  // WHY: no verdict on the container. The layer of `run --rm` is mounted volatile and its fsync(2) does
  // nothing, so a smaller figure says nothing about the claim.
  const Bounds bounds = {{}, {}, {Is::above, 1.50}};
  const auto host = results.environment.find("filesystem");
  return lines.each("32 MiB written, with fsync (which does nothing in a container of run --rm)",
                    [&](const std::string& platform) {
                      Cell cell =
                          overhead_over_process(results, platform, written, bound_for(platform, bounds));
                      if (is_vm(platform) && cell.kind == Kind::measured)
                        cell.detail += fmt::format("; ext4 on a virtio disk, a file on the host's {}",
                                                   host == results.environment.end() ? "disk" : host->second);
                      return cell;
                    });
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

std::vector<Row> rows_seen(const Lines& lines) {
  return {
      {"definition",
       claims("running instance of a program", "isolated group of processes under a shared kernel",
              "an OS that shares the host's hardware through a hypervisor",
              "as a VM, and the CPU is simulated too"),
       {lines.inside("processes seen from inside", processes_inside)}},
      {"OS of the virtualized apps",
       claims("same OS", "same kernel", "several independent OSes"),
       {lines.text_inside("kernel seen from inside", "kernel")}},
      {"isolation",
       claims("memory space and user privileges", "namespaces and cgroups", "full OS isolation"),
       {lines.facts("namespaces that differ from the host's", namespaces_of),
        lines.text_inside("host name seen from inside", "hostname")}},
      {"security",
       claims("-", "improving", "higher"),
       {lines.inside("privileges of root inside", privileges)}},
  };
}

std::vector<Row> rows_measured(const Results& results, const Lines& lines) {
  const Claim one_second{Is::below, kSecond};
  const Claim ten_seconds{Is::above, 10 * kSecond};
  return {
      {"size",
       claims("the user's application", "image of some MB + app", "image of some GB + app"),
       {lines.facts("image", image_size)}},
      {"lifecycle",
       claims("created by fork, generally short-lived", "runs on the kernel with hardly any boot (1 s)",
              "needs a boot (>10 s), generally long-lived"),
       {to_main_line(results, lines),
        lines.median("request to exit, starts 150 ms apart", {"start", "paced", "to_exit"},
                     {{}, one_second, ten_seconds}),
        lines.median("request to exit, back to back", {"start", "back-to-back", "to_exit"},
                     {{}, one_second, ten_seconds}),
        warm_line(results, lines)}},
      {"memory of one idle instance",
       claims("", "", ""),
       {lines.median("proportional set size of its processes", {"memory", "", "pss"}),
        lines.median("charged to its cgroup, with kernel memory", {"memory", "", "cgroup"})}},
      {"computer (CPU) overhead",
       claims("-", "< 5 %", "> 10 %", "poor performance"),
       {lines.overhead("fixed integer and floating-point work", {"cpu", "", "work"},
                       {{}, {Is::below, 1.05}, {Is::above, 1.10}}),
        lines.overhead("one cheap system call", {"syscall", "", "per_call"})}},
      {"disk I/O overhead", claims("-", "generally 0", "> 50 %"), {disk_line(results, lines)}},
  };
}

}  // namespace

Table table_a(const Results& results) {
  Table table{"table-a",
              "Table A: process, container, VM",
              "D20",
              {column_of(results, kProcess, "process"), column_of(results, kContainer, "container"),
               column_of(results, kVm, "VM (kvm)", "VM"),
               column_of(results, kEmulated, "emulated VM (tcg)", "emulation")},
              {}};
  const Lines lines(results, table.columns);
  table.rows = rows_seen(lines);
  for (Row& row : rows_measured(results, lines))
    table.rows.push_back(std::move(row));
  table.rows.push_back({"communication",
                        claims("IPC", "IPC", "network devices"),
                        {lines.inside("network links seen from inside", links_inside)}});
  table.rows.push_back(
      {"support", claims("all OSes", "mostly Linux", "all OSes"), {lines.facts("on this host", ran_here)}});
  return table;
}

}  // namespace report
