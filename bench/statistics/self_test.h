// The statistics tried on synthetic platforms, whose truth is known because it was put in: a cost, what a second
// platform adds to it, noise that is skewed, values far out, and a host that slows down during the run.
//
// What is asked is how often, over many simulated runs, the answer was right: an interval of 95 % that contains the
// truth in 80 % of the runs would make every verdict of a report worth less than it says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace statistics {

// A share of simulated runs, and between which it must lie.
struct Check {
  std::string what;
  double share;
  double lowest, highest;
  bool holds() const { return lowest <= share && share <= highest; }
};

std::vector<Check> self_test(int runs, std::uint64_t seed);

}  // namespace statistics
