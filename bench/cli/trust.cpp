// See trust.h.
#include "bench/cli/trust.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/fd.h"
#include "bench/cli/preflight.h"
#include "bench/report/changes.h"
#include "bench/report/print.h"
#include "bench/statistics/self_test.h"

namespace bench {

int print_preflight() {
  const report::Preflight seen = preflight(host_facts());
  sys::write_all(1, fmt::format("This host is {} for measuring.\n", seen.grade));
  for (const report::Finding& finding : seen.findings)
    sys::write_all(1, fmt::format("  {} {}\n", finding.serious ? "serious:" : "slight: ", finding.what));
  return 0;
}

int print_self_test(int runs, std::uint64_t seed) {
  const auto checks = statistics::self_test(runs, seed);
  sys::write_all(
      1, fmt::format("Synthetic platforms of known cost, noise and drift; {} simulated runs, seed {}.\n\n",
                     runs, seed));
  for (const auto& check : checks) {
    sys::write_all(1, fmt::format("{:<7} {:5.1f} %, must be {:3.0f} to {:3.0f} %: {}\n",
                                  check.holds() ? "holds" : "BROKEN", check.share * 100, check.lowest * 100,
                                  check.highest * 100, check.what));
  }
  return std::all_of(checks.begin(), checks.end(), [](const auto& check) { return check.holds(); }) ? 0 : 1;
}

int compare_files(const std::string& before, const std::string& after, double rate) {
  const auto changes =
      report::changes_between(report::read_results(before), report::read_results(after), rate);
  sys::write_all(1, report::text(changes));
  return changes.any_worse() ? kSomethingGotWorse : 0;
}

}  // namespace bench
