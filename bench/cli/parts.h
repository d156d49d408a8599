// The parts of a run: what is measured together, in one random order. A new workload is a line here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/workloads/workload.h"

namespace bench {

struct Part {
  std::string name;  // "cpu"; what --only takes
  std::string what;
  std::vector<std::unique_ptr<Workload>> workloads;
};

// Of `bench compare`: what Tables A to C need.
std::vector<Part> parts_of_compare();
// Of `bench suite`.
std::vector<Part> parts_of_suite();
std::vector<std::string> names_of(const std::vector<Part>& parts);

}  // namespace bench
