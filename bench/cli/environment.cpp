// See environment.h.
#include "bench/cli/environment.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <sstream>
#include <vector>

#include "base/sys/file.h"
#include "bench/platforms/platform.h"

namespace bench {

namespace {

std::string first_line(const std::string& path) {
  const std::string text = sys::read_file_if_present(path).value_or("unknown");
  return text.substr(0, text.find('\n'));
}

// The values of all lines "KEY : value" of a file of procfs.
std::vector<std::string> values_of(const std::string& path, const std::string& key) {
  std::vector<std::string> values;
  std::istringstream lines(sys::read_file_if_present(path).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t start = line.find_first_not_of(" \t", line.find(':') + 1);
    values.push_back(start == std::string::npos ? std::string() : line.substr(start));
  }
  return values;
}

std::string first_value(const std::string& path, const std::string& key) {
  const auto values = values_of(path, key);
  return values.empty() ? "unknown" : values.front();
}

std::string cgroup_version() {
  if (sys::exists("/sys/fs/cgroup/cgroup.controllers")) return "v2";
  if (sys::exists("/sys/fs/cgroup/unified/cgroup.controllers")) return "hybrid (controllers on v1)";
  return sys::exists("/sys/fs/cgroup/memory") ? "v1" : "none mounted";
}

// The type of the mount with the longest mount point above `folder`.
std::string filesystem_of(const std::string& folder) {
  std::istringstream lines(sys::read_file_if_present("/proc/self/mounts").value_or(""));
  std::string type = "unknown";
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string source;
    std::string target;
    std::string kind;
    words >> source >> target >> kind;
    const bool above = target == "/" || folder == target || folder.starts_with(target + "/");
    if (above && target.size() >= longest) {
      longest = target.size();
      type = kind;
    }
  }
  return type;
}

}  // namespace

std::map<std::string, std::string> environment(const std::string& folder) {
  const auto processors = values_of("/proc/cpuinfo", "processor");
  const std::string swap = first_value("/proc/meminfo", "SwapTotal");
  return {{"host", first_line("/proc/sys/kernel/hostname")},
          {"kernel", first_line("/proc/sys/kernel/osrelease")},
          {"cpu", first_value("/proc/cpuinfo", "model name")},
          {"cores", std::to_string(processors.size())},
          {"memory", first_value("/proc/meminfo", "MemTotal")},
          {"swap", swap == "0 kB" ? "none" : swap},
          {"cgroup", cgroup_version()},
          {"filesystem", filesystem_of(folder)},
          {"clocksource", first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource")}};
}

std::string commit() {
  if (find_program("git").empty()) return "unknown";
  const std::string self = sibling_program("");
  const Run run = timed_run({"git", "-C", self, "describe", "--always", "--dirty", "--abbrev=12"},
                            std::chrono::seconds(10));
  if (run.status != 0) return "unknown";
  return run.output.substr(0, run.output.find('\n'));
}

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

}  // namespace bench
