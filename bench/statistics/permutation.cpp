// See permutation.h.
#include "bench/statistics/permutation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "bench/statistics/generator.h"
#include "bench/statistics/summary.h"

namespace statistics {

namespace {

double ways_to_choose(std::size_t count, std::size_t all) {
  double ways = 1;
  for (std::size_t taken = 0; taken < count; ++taken)
    ways *= static_cast<double>(all - taken) / static_cast<double>(count - taken);
  return ways;
}

// Of all deals those that leave two sets as far apart as they are when every sample of one lies above every one of the
// other: values beyond the medians may change sides. In one direction or the other.
double smallest_share(std::size_t before, std::size_t after) {
  const std::size_t below = (before - 1) / 2;
  const std::size_t above = (after - 1) / 2;
  return std::min(1.0, 2 * ways_to_choose(below, below + above) / ways_to_choose(before, before + after));
}

double distance(std::span<const double> samples, std::size_t first) {
  return std::abs(median(samples.first(first)) - median(samples.subspan(first)));
}

}  // namespace

Change permutation_test(std::span<const double> before, std::span<const double> after, std::uint64_t seed,
                        std::size_t deals) {
  const double base = median(before);
  if (base <= 0) throw std::invalid_argument("a ratio to a median that is not above 0 says nothing");
  std::vector<double> all(before.begin(), before.end());
  all.insert(all.end(), after.begin(), after.end());
  const double seen = distance(all, before.size());
  Generator generator(seed);
  std::size_t as_far = 0;
  for (std::size_t deal = 0; deal < deals; ++deal) {
    generator.shuffle(all);
    if (distance(all, before.size()) >= seen) ++as_far;
  }
  // The deal that was really made is one of them: p is never 0.
  const auto share = [&](std::size_t count) {
    return static_cast<double>(count + 1) / static_cast<double>(deals + 1);
  };
  return {median(after) / base, share(as_far),
          std::max(share(0), smallest_share(before.size(), after.size()))};
}

std::vector<bool> holm(std::span<const double> p_values, double rate) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::size_t one, std::size_t other) { return p_values[one] < p_values[other]; });
  std::vector<bool> called(p_values.size(), false);
  for (std::size_t place = 0; place < order.size(); ++place) {
    if (p_values[order[place]] > rate / static_cast<double>(order.size() - place)) break;
    called[order[place]] = true;
  }
  return called;
}

}  // namespace statistics
