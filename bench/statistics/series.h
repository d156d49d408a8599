// What a run of the benchmark has measured, before anybody draws on it.
#pragma once

#include <string>
#include <vector>

namespace statistics {

// All values of one metric of one workload on one platform, in the order in which they were measured.
struct Series {
  std::string platform;
  std::string workload;
  std::string mode;
  std::string metric;
  std::string unit;
  std::vector<double> values;
  std::vector<int> order;  // the place of each in the whole run, from 1
};

// Why there are fewer values than asked for, or none.
struct Failure {
  std::string platform;
  std::string workload;
  std::string mode;
  std::string reason;
  int count = 0;
};

}  // namespace statistics
