// `bench compare`: the course's tables, each claim beside what this host measures. `bench suite`: all that can be
// measured, part by part.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace bench {

struct CompareOptions {
  bool quick = false;
  bool full = false;    // twice as often
  bool resume = false;  // go on with the results.json in `out`
  // For each part; the whole of compare, with what comes before and after, ends within five minutes.
  std::chrono::seconds budget{250};
  std::vector<std::string> only;  // parts, by name; all if empty
  std::string out = "results/latest";
  std::string format = "text";  // or "json", on standard output
  std::uint64_t seed = 1;
  std::vector<std::string> platforms;  // all if empty
  std::string command;                 // as it was typed, for the report
};

// Returns the program's exit status: 0, or 130 when it was interrupted (what was measured is kept).
int compare(const CompareOptions& options);
int run_suite(const CompareOptions& options);

struct EnginesOptions {
  int repetitions = 100;
  bool quick = false;
  std::string out = "results/engines";
  std::uint64_t seed = 1;
  std::vector<std::string> platforms;  // all if empty
  std::vector<std::string> parts;      // starts, verbs, throughput, crowd, life, list, images; all if empty
  std::string command;
};

// `bench engines`: `echo ok` through engines; low-level runtimes, bubblewrap and the floor on one bundle: their starts,
// their verbs one by one, many at the same time, and among many that are running; the engines' commands on containers and
// on images. Interleaved; the ratio of each to ours.
int compare_engines(const EnginesOptions& options);

}  // namespace bench
