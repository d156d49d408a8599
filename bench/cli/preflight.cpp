// See preflight.h.
#include "bench/cli/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "base/sys/file.h"

namespace bench {

namespace {

constexpr const char* kCpu = "/sys/devices/system/cpu/";
// Above these somebody else uses the machine too: of each core, per cent of time.
constexpr double kSomeLoad = 0.15, kMuchLoad = 0.5;
constexpr double kSomePressure = 2, kMuchPressure = 10;
constexpr double kStolen = 0.5;

std::string text_of(const std::string& path) {
  std::string text = sys::read_file_if_present(path).value_or("");
  text.erase(text.find_last_not_of(" \n") + 1);
  return text;
}

double number_behind(const std::string& text, const std::string& key) {
  const std::size_t found = text.find(key);
  return found == std::string::npos ? 0 : std::strtod(text.c_str() + found + key.size(), nullptr);
}

std::optional<std::string> text_if_there(const std::string& path) {
  std::string text = text_of(path);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

// The first line of /proc/stat: "cpu" and then user, nice, system, idle, iowait, irq, softirq, steal.
double stolen_percent() {
  std::istringstream line(text_of("/proc/stat"));
  std::string name;
  line >> name;
  double all = 0;
  double stolen = 0;
  for (int place = 1; place <= 8 && line >> stolen; ++place)
    all += stolen;
  return all > 0 ? stolen / all * 100 : 0;
}

bool turbo_is_on() {
  if (const auto none = text_if_there(std::string(kCpu) + "intel_pstate/no_turbo")) return *none == "0";
  return text_of(std::string(kCpu) + "cpufreq/boost") == "1";
}

class Findings {
 public:
  void serious(std::string what) { add(std::move(what), true); }
  void slight(std::string what) { add(std::move(what), false); }
  // Slight above `some`, serious above `much`.
  void graded(double value, double some, double much, std::string what) {
    if (value > some) add(std::move(what), value > much);
  }
  report::Preflight graded() && {
    const bool poor = std::any_of(found_.begin(), found_.end(), [](const auto& one) { return one.serious; });
    return {found_.empty() ? "good" : poor ? "poor" : "fair", std::move(found_)};
  }

 private:
  void add(std::string what, bool serious) { found_.push_back({std::move(what), serious}); }
  std::vector<report::Finding> found_;
};

}  // namespace

HostFacts host_facts() {
  HostFacts facts;
  const std::string processors = text_of("/proc/cpuinfo");
  facts.cores = 0;
  for (std::size_t at = 0; (at = processors.find("processor\t", at)) != std::string::npos; ++at)
    ++facts.cores;
  facts.load = std::strtod(text_of("/proc/loadavg").c_str(), nullptr);
  if (const auto pressure = text_if_there("/proc/pressure/cpu"))
    facts.pressure = number_behind(*pressure, "some avg10=");
  facts.stolen = stolen_percent();
  facts.governor = text_if_there(std::string(kCpu) + "cpu0/cpufreq/scaling_governor");
  facts.turbo = turbo_is_on();
  if (const auto count = text_if_there(std::string(kCpu) + "cpu0/thermal_throttle/core_throttle_count"))
    facts.throttled = std::strtoull(count->c_str(), nullptr, 10);
  const std::string memory = text_of("/proc/meminfo");
  facts.swapped =
      static_cast<std::uint64_t>(number_behind(memory, "SwapTotal:") - number_behind(memory, "SwapFree:"));
  facts.virtualized = processors.find(" hypervisor") != std::string::npos;
  return facts;
}

report::Preflight preflight(const HostFacts& facts) {
  Findings found;
  found.graded(
      facts.load / facts.cores, kSomeLoad, kMuchLoad,
      fmt::format("the load of the last minute is {:.2f} on {} core{}: something else runs; end it, or "
                  "wait",
                  facts.load, facts.cores, facts.cores == 1 ? "" : "s"));
  found.graded(
      facts.pressure.value_or(0), kSomePressure, kMuchPressure,
      fmt::format("in {:.0f} % of the last ten seconds a task waited for a CPU", facts.pressure.value_or(0)));
  if (facts.cores == 1) found.serious("one core: the benchmark competes with what it measures");
  if (facts.stolen > kStolen)
    found.serious(
        fmt::format("{:.1f} % of all time went to other guests of this machine's host", facts.stolen));
  if (facts.governor.value_or("performance") != "performance")
    found.slight(
        fmt::format("the CPU's frequency follows the load (governor {}); cpupower frequency-set -g "
                    "performance keeps it",
                    *facts.governor));
  if (facts.turbo) found.slight("turbo is on: the frequency depends on how warm the CPU is");
  if (facts.throttled.value_or(0) > 0)
    found.serious(fmt::format("the CPU has been slowed down for heat {} times since boot", *facts.throttled));
  if (facts.swapped > 0)
    found.slight(fmt::format("{} kB are swapped out: a first touch may wait for the disk", facts.swapped));
  if (facts.virtualized)
    found.slight(
        "this host is a virtual machine itself: a VM here is nested, and every trap costs more than on "
        "hardware");
  return std::move(found).graded();
}

}  // namespace bench
