// See quality.h.
#include "bench/statistics/quality.h"

#include <algorithm>
#include <vector>

namespace statistics {

std::size_t far_out(std::span<const double> samples) {
  std::vector<double> sorted(samples.begin(), samples.end());
  if (sorted.empty()) return 0;
  std::sort(sorted.begin(), sorted.end());
  const double low = quantile(sorted, 0.25);
  const double high = quantile(sorted, 0.75);
  const double reach = 3 * (high - low);
  return static_cast<std::size_t>(std::count_if(sorted.begin(), sorted.end(), [&](double value) {
    return value < low - reach || value > high + reach;
  }));
}

Ratio drift(std::span<const double> samples, std::uint64_t seed) {
  const std::size_t half = samples.size() / 2;
  return ratio_of_medians(samples.last(half), samples.first(half), seed);
}

}  // namespace statistics
