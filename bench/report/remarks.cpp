// See remarks.h.
#include "bench/report/remarks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/report/quantity.h"
#include "bench/statistics/quality.h"

namespace report {

std::string remarks_on(const Results& results, const Series& series) {
  std::vector<std::string> remarks;
  if (const std::size_t count = statistics::far_out(series.values); count > 0)
    remarks.push_back(fmt::format("{} far out", count));
  const std::size_t half = series.values.size() / 2;
  const double smallest = *std::min_element(series.values.begin(), series.values.end());
  if (half >= statistics::kFewestForInterval && smallest > 0) {
    const auto drift = statistics::drift(series.values, results.seed);
    if (drift.difference_seen) remarks.push_back(fmt::format("{} in the second half", overhead(drift.value)));
  }
  return fmt::format("{}", fmt::join(remarks, "; "));
}

std::string in_words(const Preflight& preflight) {
  std::vector<std::string> findings;
  for (const Finding& finding : preflight.findings)
    findings.push_back(finding.what);
  return findings.empty() ? preflight.grade
                          : fmt::format("{}: {}", preflight.grade, fmt::join(findings, "; "));
}

}  // namespace report
