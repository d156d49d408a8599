// Repeats measurements in a random order and keeps every value.
//
// A host's speed drifts; measured one platform after the other, the drift would look like a difference between
// them. So the repetitions of all cases are interleaved at random, by Google Benchmark.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "bench/workloads/workload.h"

namespace bench {

struct Case {
  Platform* platform;
  const Workload* workload;
  int repetitions;
};

// All values of one metric of one case, in the order in which they were measured.
struct Series {
  std::string platform;
  std::string workload;
  std::string mode;
  std::string metric;
  std::string unit;
  std::vector<double> values;
  std::vector<int> order;  // the place of each in the whole run, from 1
};

// Why a case has fewer values than asked for, or none.
struct Failure {
  std::string platform;
  std::string workload;
  std::string mode;
  std::string reason;
  int count = 0;
};

struct Measured {
  std::vector<Series> series;
  std::vector<Failure> failures;
  bool interrupted = false;
};

// Called after each repetition: how many of how many are done, and what the last one was.
using Progress = std::function<void(int done, int all, const std::string& what)>;

// Repetitions that have not begun when `budget` is used up are left out, and counted as failures with that reason.
Measured run_cases(const std::vector<Case>& cases, std::chrono::seconds budget, const Progress& progress);

}  // namespace bench
