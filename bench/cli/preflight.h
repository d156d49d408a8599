// Before anything is measured: what is wrong with this host for measuring, and what to do about it.
//
// Nothing is refused: a busy laptop is where a student measures. But the report carries the grade, and what lowered it.
// Reads: proc(5) (loadavg, stat, meminfo, cpuinfo), psi in the kernel's accounting/psi.rst, cpufreq's sysfs files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bench/report/results.h"

namespace bench {

struct HostFacts {
  int cores = 1;
  double load = 0;                      // of the last minute
  std::optional<double> pressure;       // per cent of the last ten seconds in which a task waited for a CPU
  double stolen = 0;                    // per cent of all time that the hypervisor gave to others
  std::optional<std::string> governor;  // of the CPU's frequency
  bool turbo = false;                   // the frequency depends on how warm it is
  std::optional<std::uint64_t> throttled;  // how often the first CPU was slowed down for heat
  std::uint64_t swapped = 0;               // kB in use
  bool virtualized = false;
};
HostFacts host_facts();

// A pure function, for the tests: "good" without findings, "poor" with one that a reader must know, else "fair".
report::Preflight preflight(const HostFacts& facts);

}  // namespace bench
