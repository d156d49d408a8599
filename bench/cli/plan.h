// How often a workload runs on a platform, and the facts about a platform that need no repetition.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/harness/harness.h"
#include "bench/report/results.h"

namespace bench {

// Ends the notes of a run that a signal has ended.
inline constexpr const char* kInterruptedNote = "interrupted: what was measured until then is kept";

// How often `workload` runs on `platform`: cheap things more often, so that the whole fits into its minutes.
int repetitions(const Platform& platform, const Workload& workload, bool quick);

// Prepares every platform whose name is in `only` (all if empty), says so through `stage`, and asks what it is.
// Unusable ones keep their reason in their facts.
std::vector<report::PlatformFacts> prepare_platforms(const std::vector<std::unique_ptr<Platform>>& platforms,
                                                     const std::vector<std::string>& only,
                                                     const std::function<void(const std::string&)>& stage);

// The header of a results file: command line, date, commit, environment.
report::Results new_results(const std::string& command, std::uint64_t seed, const std::string& folder,
                            std::vector<std::string> notes);
// Behind what was measured before, in this run or in the one that it resumes.
void add_measured(report::Results& results, Measured measured);

}  // namespace bench
