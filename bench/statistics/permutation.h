// Whether two sets of samples come from one source: the permutation test.
//
// If nothing has changed between two runs, it is chance which sample bears which run's label. So the labels are dealt
// anew many times, and the share of deals whose medians differ as much as they really do is the p-value. Nothing is
// assumed about the samples' shape.
// Reads: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 15; Holm, A Simple Sequentially
// Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 6 (1979).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace statistics {

inline constexpr std::size_t kDeals = 9999;

struct Change {
  double ratio = 1;       // of the medians, after to before
  double p = 1;           // two-sided
  double smallest_p = 1;  // that so few samples could give at all
};
// Throws std::invalid_argument when either is empty, or when the median before is not above 0.
Change permutation_test(std::span<const double> before, std::span<const double> after, std::uint64_t seed,
                        std::size_t deals = kDeals);

// Which of many tests may be called a change, so that the chance to call any although nothing has changed stays
// below `rate`. WHY not p < rate for each: of a hundred quantities that did not change, five would be called.
std::vector<bool> holm(std::span<const double> p_values, double rate);

}  // namespace statistics
