// The cells of the tables: one quantity of one platform, or the reason why there is none.
#pragma once

#include <functional>
#include <string>

#include "bench/report/results.h"
#include "bench/report/table.h"

namespace report {

// What the course claims about a number, to be compared with its interval.
struct Claim {
  enum class Is { none, below, above, within } is = Is::none;
  double bound = 0;
  double tolerance = 0;  // of within
};

Cell unavailable(const std::string& why);
Cell evidence(const std::string& value, const std::string& detail = {});

struct Quantity {
  std::string workload;
  std::string mode;
  std::string metric;
  // The series of `platform`, as a cell names it: "process/start/paced/to_exit".
  std::string of(const std::string& platform) const;
};
// The median with its interval.
Cell measured(const Results& results, const std::string& platform, const Quantity& quantity,
              Claim claim = {});
// The ratio of medians to the process, as an overhead.
Cell overhead_over_process(const Results& results, const std::string& platform, const Quantity& quantity,
                           Claim claim = {});
Cell image_size(const PlatformFacts& facts);

// What a program inside said of its isolation; `say` gets that JSON.
Cell seen_inside(const PlatformFacts& facts, const std::function<Cell(const nlohmann::json&)>& say);
// The kinds of namespaces that differ from the host's: "ipc mnt net pid uts".
Cell own_namespaces(const nlohmann::json& isolation);
// Capabilities, seccomp, no_new_privs in words.
Cell privileges(const nlohmann::json& isolation);

}  // namespace report
