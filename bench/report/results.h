// One run of the benchmark as data: what results.json holds, and all that a report may draw on.
//
// Reading is strict: a file with a missing or misplaced member, or of a later schema, is refused with the path
// of what is wrong. SCHEMA.md documents every member.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/statistics/series.h"
#include "bench/statistics/summary.h"

namespace report {

inline constexpr const char* kSchema = "isolab.bench.results";
inline constexpr int kSchemaVersion = 1;

struct PlatformFacts {
  std::string name;
  std::string title;
  std::string technique;
  std::string accelerator;
  std::optional<std::string> unavailable;
  std::optional<std::string> version;
  std::optional<std::string> kernel;
  std::optional<std::uint64_t> image_bytes;
  std::string image_what;
  nlohmann::json isolation;  // null when nothing could be seen
};

using statistics::Failure;
using statistics::Series;

// What was wrong with the host for measuring, before anything was measured.
struct Finding {
  std::string what;  // and what to do about it
  bool serious = false;
};
struct Preflight {
  std::string grade;  // "good", "fair", "poor"
  std::vector<Finding> findings;
};

struct Results {
  std::string command;
  std::string date;
  std::string commit;
  std::uint64_t seed = 0;
  std::vector<std::string> notes;
  std::map<std::string, std::string> environment;
  std::optional<Preflight> preflight;  // none in a file that is older than the preflight
  std::vector<PlatformFacts> platforms;
  std::vector<Series> series;
  std::vector<Failure> failures;

  const PlatformFacts* platform(const std::string& name) const;
  const Series* find(const std::string& platform, const std::string& workload, const std::string& mode,
                     const std::string& metric) const;
  // What the environment says of `key`; "unknown" if nothing.
  std::string environment_of(const std::string& key) const;
  // Why there is no such series: a platform that could not be used, a failure, or that nobody measured it.
  std::string why_missing(const std::string& platform, const std::string& workload,
                          const std::string& mode) const;
  statistics::Summary summary(const Series& one) const { return statistics::summarize(one.values, seed); }
};
// "process/start/paced/to_exit": how a cell, or a comparison, names a series.
std::string name_of(const Series& series);
nlohmann::json summary_json(const statistics::Summary& summary);

// What is wrong with a results file, and where: "series[3].values: not an array".
struct BadResults : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// With the tables of the course, each cell with what it follows from (tables.h).
nlohmann::json to_json(const Results& results);
// Throws BadResults.
Results from_json(const nlohmann::json& document);

}  // namespace report
