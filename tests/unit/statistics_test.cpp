// The statistics recover what was put in: known medians, a known ratio, and intervals that contain the truth
// as often as they say.
#include "bench/statistics/summary.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

#include "bench/statistics/generator.h"
#include "bench/statistics/permutation.h"
#include "bench/statistics/quality.h"
#include "bench/statistics/self_test.h"

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

TEST(Statistics, ARatioOfTwoIsFoundAndNamed) {
  std::mt19937_64 generator(5);
  const auto reference = skewed(4000, 10, generator);
  const auto ratio = ratio_of_medians(skewed(4000, 20, generator), reference, 1);
  EXPECT_NEAR(ratio.value, 2.0, 0.3);
  EXPECT_TRUE(ratio.interval->contains(2.0));
  EXPECT_TRUE(ratio.difference_seen);
}

TEST(Statistics, ARatioToNothingIsRefused) {
  EXPECT_THROW(ratio_of_medians(std::vector<double>{1}, std::vector<double>{0}, 1), std::invalid_argument);
  EXPECT_THROW(statistics::permutation_test(std::vector<double>{0}, std::vector<double>{1}, 1),
               std::invalid_argument);
}

// Synthetic platforms with known added cost, noise and drift, a thousand simulated runs.
TEST(Statistics, KeepWhatTheyPromiseOnSyntheticPlatforms) {
  const auto checks = statistics::self_test(1000, 2024);
  EXPECT_GE(checks.size(), 8U);
  for (const auto& check : checks)
    EXPECT_TRUE(check.holds()) << check.what << ": " << check.share;
}

TEST(Statistics, ValuesFarOutAreCountedAndKept) {
  std::vector<double> samples = {10, 11, 12, 11, 10, 12, 11, 500, 0.01};
  EXPECT_EQ(statistics::far_out(samples), 2U);
  EXPECT_DOUBLE_EQ(summarize(samples, 1).maximum, 500);
  EXPECT_EQ(statistics::far_out(std::vector<double>(5, 3.0)), 0U);
  EXPECT_EQ(statistics::far_out({}), 0U);
}

TEST(Statistics, AHostThatSlowsDownIsSeenInTheSecondHalf) {
  std::mt19937_64 generator(4);
  std::normal_distribution<double> noise(100, 3);
  std::vector<double> samples(40);
  for (double& value : samples)
    value = noise(generator);
  EXPECT_FALSE(statistics::drift(samples, 1).difference_seen);
  for (std::size_t place = 20; place < samples.size(); ++place)
    samples[place] *= 1.2;
  EXPECT_TRUE(statistics::drift(samples, 1).difference_seen);
  EXPECT_NEAR(statistics::drift(samples, 1).value, 1.2, 0.05);
}

TEST(Statistics, APermutationTestKnowsWhatSoFewSamplesCanTell) {
  const std::vector<double> low = {1, 2, 3, 4, 5, 6};
  const std::vector<double> high = {11, 12, 13, 14, 15, 16};
  const auto change = statistics::permutation_test(low, high, 1);
  EXPECT_DOUBLE_EQ(change.ratio, 13.5 / 3.5);
  EXPECT_DOUBLE_EQ(change.smallest_p, 12.0 / 924) << "of 924 ways to deal the labels twelve are as far apart";
  EXPECT_NEAR(change.p, change.smallest_p, 0.005);
  EXPECT_DOUBLE_EQ(statistics::permutation_test(low, low, 1).p, 1);
  EXPECT_DOUBLE_EQ(statistics::permutation_test(std::vector<double>{1}, std::vector<double>{9}, 1).smallest_p,
                   1);
}

TEST(Statistics, HolmCallsOneAfterTheOtherAndStopsAtTheFirstThatIsNone) {
  using testing::ElementsAre;
  EXPECT_THAT(statistics::holm(std::vector<double>{0.01, 0.04, 0.03}, 0.05), ElementsAre(true, false, false));
  EXPECT_THAT(statistics::holm(std::vector<double>{0.01, 0.04, 0.02}, 0.05), ElementsAre(true, true, true));
  EXPECT_THAT(statistics::holm(std::vector<double>{0.02, 0.02, 0.02}, 0.05),
              ElementsAre(false, false, false));
}

TEST(Statistics, TheSameSeedGivesTheSameOrder) {
  const auto shuffled = [](std::uint64_t seed) {
    std::vector<int> values = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    statistics::Generator(seed).shuffle(values);
    return values;
  };
  EXPECT_EQ(shuffled(3), shuffled(3));
  EXPECT_NE(shuffled(3), shuffled(4));
  EXPECT_THAT(shuffled(3), testing::UnorderedElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
}

}  // namespace
