// Repeats measurements in a random order and keeps every value.
//
// A host's speed drifts; measured one platform after the other, the drift would look like a difference between
// them. So the repetitions of all cases are interleaved at random, in an order that the seed gives again; Google
// Benchmark runs them.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "bench/statistics/series.h"
#include "bench/workloads/workload.h"

namespace bench {

struct Case {
  Platform* platform;
  const Workload* workload;
  int repetitions;
};

using statistics::Failure;
using statistics::Series;

struct Measured {
  std::vector<Series> series;
  std::vector<Failure> failures;
  bool interrupted = false;
};

// Called after each repetition: how many of how many are done, and what the last one was.
using Progress = std::function<void(int done, int all, const std::string& what)>;

// Repetitions that have not begun when `budget` is used up are left out, and counted as failures with that reason.
Measured run_cases(const std::vector<Case>& cases, std::uint64_t seed, std::chrono::seconds budget,
                   const Progress& progress);

}  // namespace bench
