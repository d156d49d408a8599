// See self_test.h.
#include "bench/statistics/self_test.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "bench/statistics/generator.h"
#include "bench/statistics/permutation.h"
#include "bench/statistics/summary.h"

namespace statistics {

namespace {

using Samples = std::vector<double>;

constexpr double kCost = 1e6;
// What the second platform adds: a quarter.
constexpr double kAdded = 0.25;
// How much slower the host is at the end of a run.
constexpr double kDrift = 0.30;
constexpr double kNoise = 0.15;
constexpr double kFarOut = 0.05, kHowFar = 5;
constexpr std::size_t kSamples = 30, kFewSamples = 9;
// Deals, and series of one comparison of two files.
constexpr std::size_t kFewDeals = 499, kSeries = 20;
constexpr double kRate = 0.05;

double normal(Generator& random) {
  return std::sqrt(-2 * std::log(1 - random.fraction())) * std::cos(2 * std::numbers::pi * random.fraction());
}

// One start that takes `cost` when nothing disturbs it, at the time `when` (0 to 1) of the run.
double sample(double cost, double when, Generator& random) {
  const double far = random.fraction() < kFarOut ? kHowFar : 1;
  return cost * (1 + kDrift * when) * std::exp(kNoise * normal(random)) * far;
}

Samples steady(double cost, std::size_t count, Generator& random) {
  Samples samples(count);
  for (double& value : samples)
    value = sample(cost, 0, random);
  return samples;
}

// Two platforms measured in one run while the host slows down.
struct Pair {
  Samples base, other;
};
enum class Order { shuffled, one_after_the_other };
Pair measured(double ratio, Order order, Generator& random) {
  Pair pair;
  std::vector<Samples*> turns(kSamples, &pair.base);
  turns.resize(2 * kSamples, &pair.other);
  if (order == Order::shuffled) random.shuffle(turns);
  for (std::size_t turn = 0; turn < turns.size(); ++turn) {
    const double cost = turns[turn] == &pair.other ? kCost * ratio : kCost;
    const double when = static_cast<double>(turn) / static_cast<double>(turns.size());
    turns[turn]->push_back(sample(cost, when, random));
  }
  return pair;
}

// The share of `runs` runs of which `holds` is true.
template <class Holds>
double share_of(int runs, Holds&& holds) {
  int count = 0;
  for (int run = 0; run < runs; ++run)
    count += holds(static_cast<std::uint64_t>(run)) ? 1 : 0;
  return static_cast<double>(count) / runs;
}

double median_is_covered(int runs, std::size_t count, double truth, Generator& random) {
  return share_of(runs, [&](std::uint64_t run) {
    return summarize(steady(kCost, count, random), run).interval->contains(truth);
  });
}

double ratio_is_covered(int runs, double truth, Order order, Generator& random) {
  return share_of(runs, [&](std::uint64_t run) {
    const Pair pair = measured(truth, order, random);
    return ratio_of_medians(pair.other, pair.base, run).interval->contains(truth);
  });
}

double change_is_called(int runs, double ratio, Generator& random) {
  return share_of(runs, [&](std::uint64_t run) {
    const Samples before = steady(kCost, kSamples, random);
    return permutation_test(before, steady(kCost * ratio, kSamples, random), run, kFewDeals).p <= kRate;
  });
}

// Any of the series of two runs between which nothing has changed.
double any_change_is_called(int runs, Generator& random) {
  return share_of(runs, [&](std::uint64_t run) {
    Samples p_values;
    for (std::size_t series = 0; series < kSeries; ++series) {
      const Samples before = steady(kCost, kFewSamples, random);
      p_values.push_back(
          permutation_test(before, steady(kCost, kFewSamples, random), run * kSeries + series, kFewDeals).p);
    }
    const std::vector<bool> called = holm(p_values, kRate);
    return std::find(called.begin(), called.end(), true) != called.end();
  });
}

}  // namespace

std::vector<Check> self_test(int runs, std::uint64_t seed) {
  Generator random(seed);
  const double truth = median(steady(kCost, 1'000'001, random));
  // A fifth of the runs is enough where the truth lies far from the bounds.
  const int some = runs / 5;
  return {
      {"the interval of a median contains it, 30 samples", median_is_covered(runs, kSamples, truth, random),
       0.92, 0.98},
      {"the interval of a median contains it, 9 samples", median_is_covered(runs, kFewSamples, truth, random),
       0.92, 0.98},
      {"an added cost of 25 % lies in the interval of the ratio, while the host slows down by 30 %",
       ratio_is_covered(runs, 1 + kAdded, Order::shuffled, random), 0.92, 0.98},
      {"of two platforms that cost the same the report says \"no difference seen\"",
       ratio_is_covered(some, 1, Order::shuffled, random), 0.92, 1},
      {"the same, measured one after the other instead of in a random order: the drift passes for a "
       "difference",
       ratio_is_covered(some, 1, Order::one_after_the_other, random), 0, 0.60},
      {"a quantity that has not changed is called changed at p = 0.05", change_is_called(runs, 1, random),
       0.03, 0.07},
      {"one that costs 25 % more is", change_is_called(some, 1 + kAdded, random), 0.90, 1},
      {"of 20 quantities that have not changed any is called changed, at a rate of 0.05 for all together",
       any_change_is_called(some, random), 0, 0.09},
  };
}

}  // namespace statistics
