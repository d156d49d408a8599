// The harness on synthetic platforms: the order is the seed's, a drift of the host does not pass for a difference, and
// what fails is counted, with its reason.
#include "bench/harness/harness.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "bench/statistics/summary.h"

namespace {

using namespace std::chrono_literals;

// A platform whose cost is known; nothing is ever run on it.
class Synthetic : public bench::Platform {
 public:
  Synthetic(std::string name, double cost) : name_(std::move(name)), cost_(cost) {}
  std::string name() const override { return name_; }
  std::string prepare() override { return {}; }
  bench::Arguments command(const bench::Arguments& arguments) override { return arguments; }
  bench::ImageSize image_size() override { return {0, ""}; }
  double cost() const { return cost_; }

 private:
  std::string name_;
  double cost_;
};

// The platform's cost on a host that gets one per cent slower with every measurement.
class Cost : public bench::Workload {
 public:
  std::string name() const override { return "cost"; }
  std::vector<bench::Value> measure(bench::Platform& platform) const override {
    const auto& synthetic = dynamic_cast<Synthetic&>(platform);
    return {{"all", "ns", synthetic.cost() * std::pow(1.01, measured_++)}};
  }

 private:
  mutable int measured_ = 0;
};

class Failing : public bench::Workload {
 public:
  std::string name() const override { return "failing"; }
  std::vector<bench::Value> measure(bench::Platform&) const override { throw std::runtime_error("no luck"); }
};

bench::Measured run(std::uint64_t seed) {
  Synthetic base("base", 1000);
  Synthetic dearer("dearer", 1250);
  const Cost cost;
  return bench::run_cases({{&base, &cost, 30}, {&dearer, &cost, 30}}, seed, 60s, {});
}

TEST(Harness, TheSeedGivesTheOrderAgain) {
  const auto first = run(5);
  ASSERT_EQ(first.series.size(), 2U);
  EXPECT_EQ(first.series[0].order, run(5).series[0].order);
  EXPECT_NE(first.series[0].order, run(6).series[0].order);
}

TEST(Harness, EveryRepetitionIsKeptInTheOrderMeasured) {
  for (const auto& series : run(5).series) {
    EXPECT_EQ(series.values.size(), 30U);
    EXPECT_TRUE(std::is_sorted(series.order.begin(), series.order.end()));
  }
}

TEST(Harness, AnAddedCostIsFoundWhileTheHostSlowsDown) {
  const auto measured = run(5);
  const auto& base = measured.series[measured.series[0].platform == "base" ? 0 : 1];
  const auto& dearer = measured.series[measured.series[0].platform == "base" ? 1 : 0];
  const auto ratio = statistics::ratio_of_medians(dearer.values, base.values, 1);
  EXPECT_TRUE(ratio.interval->contains(1.25)) << ratio.interval->low << " to " << ratio.interval->high;
}

TEST(Harness, WhatFailsIsGivenUpAndCounted) {
  Synthetic base("base", 1);
  const Failing failing;
  const auto measured = bench::run_cases({{&base, &failing, 10}}, 1, 60s, {});
  EXPECT_TRUE(measured.series.empty());
  ASSERT_EQ(measured.failures.size(), 1U);
  EXPECT_EQ(measured.failures[0].reason, "no luck");
  EXPECT_EQ(measured.failures[0].count, 10);
}

}  // namespace
