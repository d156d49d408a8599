// The statistics recover what was put in: known medians, a known ratio, and intervals that contain the truth
// as often as they say.
#include "bench/statistics/summary.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

namespace {

using statistics::median;
using statistics::ratio_of_medians;
using statistics::summarize;

constexpr double kLn2 = 0.6931471805599453;

// Exponential times with the given median: skewed, as times of starts are.
std::vector<double> skewed(std::size_t count, double true_median, std::mt19937_64& generator) {
  std::exponential_distribution<double> distribution(kLn2 / true_median);
  std::vector<double> values(count);
  for (double& value : values)
    value = distribution(generator);
  return values;
}

TEST(Statistics, MedianOfOddAndEvenCounts) {
  EXPECT_DOUBLE_EQ(median(std::vector<double>{5, 1, 3}), 3);
  EXPECT_DOUBLE_EQ(median(std::vector<double>{4, 1, 3, 2}), 2.5);
  EXPECT_DOUBLE_EQ(median(std::vector<double>{7}), 7);
}

TEST(Statistics, QuartilesInterpolateBetweenNeighbours) {
  const auto summary = summarize(std::vector<double>{4, 1, 3, 2}, 1);
  EXPECT_DOUBLE_EQ(summary.lower_quartile, 1.75);
  EXPECT_DOUBLE_EQ(summary.upper_quartile, 3.25);
  EXPECT_DOUBLE_EQ(summary.minimum, 1);
  EXPECT_DOUBLE_EQ(summary.maximum, 4);
  EXPECT_EQ(summary.samples, 4U);
}

TEST(Statistics, NoSamplesHaveNoMedian) {
  EXPECT_THROW(median({}), std::invalid_argument);
  EXPECT_THROW(summarize({}, 1), std::invalid_argument);
  EXPECT_THROW(ratio_of_medians(std::vector<double>{1}, {}, 1), std::invalid_argument);
}

TEST(Statistics, TooFewSamplesGiveNoInterval) {
  EXPECT_FALSE(summarize(std::vector<double>{1, 2, 3, 4, 5}, 1).interval.has_value());
  EXPECT_TRUE(summarize(std::vector<double>{1, 2, 3, 4, 5, 6}, 1).interval.has_value());
  EXPECT_FALSE(ratio_of_medians(std::vector<double>{9, 9}, std::vector<double>{1, 1}, 1).difference_seen);
}

TEST(Statistics, OneHugeOutlierMovesNeitherMedianNorInterval) {
  std::vector<double> samples(41, 10.0);
  samples.back() = 1e9;
  const auto summary = summarize(samples, 7);
  EXPECT_DOUBLE_EQ(summary.median, 10);
  EXPECT_DOUBLE_EQ(summary.interval->high, 10);
  EXPECT_DOUBLE_EQ(summary.maximum, 1e9) << "an outlier is shown, never dropped";
}

TEST(Statistics, TheSameSeedGivesTheSameInterval) {
  std::mt19937_64 generator(3);
  const auto samples = skewed(24, 5, generator);
  EXPECT_EQ(summarize(samples, 11).interval->low, summarize(samples, 11).interval->low);
}

TEST(Statistics, IntervalsContainTheTrueMedianAsOftenAsTheySay) {
  std::mt19937_64 generator(2024);
  int covered = 0;
  constexpr int kRuns = 1000;
  for (int run = 0; run < kRuns; ++run) {
    const auto samples = skewed(50, 20, generator);
    covered += summarize(samples, static_cast<std::uint64_t>(run)).interval->contains(20) ? 1 : 0;
  }
  EXPECT_GE(covered, kRuns * 92 / 100);
  EXPECT_LE(covered, kRuns * 98 / 100);
}

TEST(Statistics, ARatioOfTwoIsFoundAndNamed) {
  std::mt19937_64 generator(5);
  const auto reference = skewed(4000, 10, generator);
  const auto ratio = ratio_of_medians(skewed(4000, 20, generator), reference, 1);
  EXPECT_NEAR(ratio.value, 2.0, 0.3);
  EXPECT_TRUE(ratio.interval->contains(2.0));
  EXPECT_TRUE(ratio.difference_seen);
}

TEST(Statistics, TheSameSourceTwiceRarelyLooksDifferent) {
  std::mt19937_64 generator(9);
  int alarms = 0;
  constexpr int kRuns = 400;
  for (int run = 0; run < kRuns; ++run) {
    const auto one = skewed(30, 20, generator);
    const auto two = skewed(30, 20, generator);
    alarms += ratio_of_medians(one, two, static_cast<std::uint64_t>(run)).difference_seen ? 1 : 0;
  }
  EXPECT_LE(alarms, kRuns * 8 / 100);
}

TEST(Statistics, ARatioToNothingIsRefused) {
  EXPECT_THROW(ratio_of_medians(std::vector<double>{1}, std::vector<double>{0}, 1), std::invalid_argument);
}

}  // namespace
