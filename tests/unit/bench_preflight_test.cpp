// The grade of a host for measuring, from facts that a test can make up.
#include "bench/cli/preflight.h"

#include <gmock/gmock.h>

#include <functional>

namespace {

using bench::HostFacts;
using bench::preflight;
using testing::HasSubstr;

HostFacts quiet() {
  HostFacts facts;
  facts.cores = 4;
  facts.load = 0.1;
  return facts;
}

std::string grade_with(const std::function<void(HostFacts&)>& spoil, const std::string& said) {
  HostFacts facts = quiet();
  spoil(facts);
  const auto seen = preflight(facts);
  EXPECT_EQ(seen.findings.size(), 1U);
  for (const auto& finding : seen.findings)
    EXPECT_THAT(finding.what, HasSubstr(said));
  return seen.grade;
}

TEST(Preflight, AQuietHostIsGood) {
  EXPECT_EQ(preflight(quiet()).grade, "good");
  EXPECT_TRUE(preflight(quiet()).findings.empty());
}

TEST(Preflight, WhateverMakesAMeasurementDoubtfulIsSaidAndGraded) {
  EXPECT_EQ(grade_with([](auto& f) { f.load = 1; }, "load of the last minute is 1.00 on 4 cores"), "fair");
  EXPECT_EQ(grade_with([](auto& f) { f.load = 3; }, "load"), "poor");
  EXPECT_EQ(grade_with([](auto& f) { f.pressure = 40; }, "waited for a CPU"), "poor");
  EXPECT_EQ(grade_with([](auto& f) { f.cores = 1, f.load = 0; }, "one core"), "poor");
  EXPECT_EQ(grade_with([](auto& f) { f.stolen = 3; }, "3.0 % of all time"), "poor");
  EXPECT_EQ(grade_with([](auto& f) { f.governor = "powersave"; }, "governor powersave"), "fair");
  EXPECT_EQ(grade_with([](auto& f) { f.turbo = true; }, "turbo"), "fair");
  EXPECT_EQ(grade_with([](auto& f) { f.throttled = 12; }, "heat 12 times"), "poor");
  EXPECT_EQ(grade_with([](auto& f) { f.swapped = 2048; }, "2048 kB"), "fair");
  EXPECT_EQ(grade_with([](auto& f) { f.virtualized = true; }, "nested"), "fair");
}

TEST(Preflight, ThisHostsFactsCanBeRead) {
  const HostFacts facts = bench::host_facts();
  EXPECT_GE(facts.cores, 1);
  EXPECT_GE(facts.load, 0);
  EXPECT_LE(facts.stolen, 100);
}

}  // namespace
