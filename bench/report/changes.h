// What has changed between two results files: a release and the next, a kernel and the next.
//
// A permutation test for each quantity that both have, and Holm's correction over all of them: if nothing has changed,
// the chance that anything is called a change is below the rate that was asked for. Reads: statistics/permutation.h.
#pragma once

#include <string>
#include <vector>

#include "bench/report/results.h"
#include "bench/statistics/permutation.h"

namespace report {

enum class Outcome { no_difference_seen, better, worse, too_few };

struct ChangedSeries {
  std::string name;  // "process/start/paced/to_exit"
  std::string unit;
  double before = 0, after = 0;  // medians
  statistics::Change change;
  Outcome outcome = Outcome::no_difference_seen;
};

struct Changes {
  double rate = 0;
  std::vector<ChangedSeries> series;  // the largest change first
  std::vector<std::string> notes;     // what differs besides: host, kernel, what only one of them measured
  bool any_worse() const;
};

Changes changes_between(const Results& before, const Results& after, double rate);
// For a terminal.
std::string text(const Changes& changes);

}  // namespace report
