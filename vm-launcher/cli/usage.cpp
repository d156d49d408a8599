// `top`, `stats`: what VMs do with their processors and memory. See verbs.h. Reads: proc_pid_stat(5), proc_pid_smaps(5),
// proc_meminfo(5).
#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "base/text/text.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cli/client.h"
#include "vm-launcher/cli/verbs.h"

namespace vm::cli {

namespace {

constexpr int kSampleMs = 500;

// "Pss:   1234 kB" of a file of /proc, in KiB.
std::optional<unsigned long> kib_in(const std::string& file, const std::string& key) {
  const std::size_t start = file.find(key + ":");
  if (start == std::string::npos) return std::nullopt;
  const auto words = text::words(std::string_view(file).substr(start + key.size() + 1), " \n");
  return words.empty() ? std::nullopt : text::number<unsigned long>(words[0]);
}

// Processor time of a process so far, in clock ticks.
std::optional<unsigned long> ticks_of(pid_t pid) {
  const auto stat = sys::read_file_if_present(fmt::format("/proc/{}/stat", pid));
  const std::size_t close = stat ? stat->rfind(')') : std::string::npos;
  if (close == std::string::npos) return std::nullopt;
  const auto fields = text::words(std::string_view(*stat).substr(close + 1), " ");
  constexpr std::size_t kUser = 11, kSystem = 12;
  if (fields.size() <= kSystem) return std::nullopt;
  return text::number<unsigned long>(fields[kUser]).value_or(0) +
         text::number<unsigned long>(fields[kSystem]).value_or(0);
}

std::string mib(std::optional<unsigned long> kib) {
  return kib ? fmt::format("{:.1f} MiB", static_cast<double>(*kib) / 1024) : "unavailable";
}

// By the guest's own account, from guest-init. A paused guest cannot answer.
std::string used_in_guest(const VmState& state) {
  if (state.status != "running") return "unavailable";
  try {
    const std::string meminfo = tool_output(state.name, "memory", {});
    const auto total = kib_in(meminfo, "MemTotal"), available = kib_in(meminfo, "MemAvailable");
    return total && available && *total >= *available ? mib(*total - *available) : "unavailable";
  } catch (const std::exception&) {
    return "unavailable";  // it ended meanwhile
  }
}

std::string percent(std::optional<unsigned long> before, std::optional<unsigned long> after) {
  if (!before || !after || *after < *before) return "unavailable";
  const double seconds = static_cast<double>(*after - *before) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return fmt::format("{:.1f}%", seconds * 1000 / kSampleMs * 100);
}

std::vector<VmState> chosen(const std::vector<std::string>& names) {
  if (names.empty()) return running_vms(run_directory());
  std::vector<VmState> states;
  for (const std::string& name : names)
    states.push_back(running_vm(name));
  return states;
}

void print_stats(const std::vector<std::string>& names) {
  const std::vector<VmState> states = chosen(names);
  std::vector<std::optional<unsigned long>> before;
  for (const VmState& state : states)
    before.push_back(ticks_of(state.qemu.pid));
  sys::poll({}, kSampleMs);
  static constexpr char kRow[] = "{:<20} {:>12} {:>14} {:>14} {:>14} {:<6}\n";
  std::string table = fmt::format(kRow, "NAME", "CPU", "QEMU (PSS)", "GUEST USED", "GUEST HAS", "ACCEL");
  for (std::size_t index = 0; index < states.size(); ++index) {
    const VmState& state = states[index];
    const auto smaps = sys::read_file_if_present(fmt::format("/proc/{}/smaps_rollup", state.qemu.pid));
    table += fmt::format(kRow, state.name, percent(before[index], ticks_of(state.qemu.pid)),
                         mib(smaps ? kib_in(*smaps, "Pss") : std::nullopt), used_in_guest(state),
                         fmt::format("{} MiB", state.memory_mib), state.accelerator);
  }
  fmt::print("{}", table);
  std::fflush(stdout);
}

}  // namespace

void add_usage(CLI::App& app, Context& context) {
  const auto named = add_verb_on_vms(
      app,
      {"top", "The processes in a VM", "top web",
       "guest-init reads its own /proc, so that an image needs no ps. The host sees one process, QEMU."});
  named->command->final_callback([named, &context] {
    for (const std::string& name : named->names)
      use_tool(name, "processes", {}, {});
    context.exit_code = 0;
  });
  struct Options {
    std::vector<std::string> names;
    bool once = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_verb(
      app, {"stats", "What VMs use of the host, and of what they have", "stats\nstats --no-stream web",
            "CPU is QEMU's processor time, the emulation's included; QEMU (PSS) its memory on the host, "
            "shared pages by "
            "their part; GUEST USED is MemTotal less MemAvailable of the guest."});
  command->add_option("NAME", options->names, "VMs (default: all that run)");
  command->add_flag("--no-stream", options->once, "Once, and not again and again");
  command->final_callback([options] {
    do {
      print_stats(options->names);
    } while (!options->once);
  });
}

}  // namespace vm::cli
