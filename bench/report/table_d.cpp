// Table D of the course: two tasks share one CPU (SAL). Columns are tasks, lines are platforms.
#include <fmt/format.h>

#include "bench/report/lines.h"
#include "bench/report/tables.h"

namespace report {

namespace {

// A share that is so near is the one that was asked for: the scheduler's slices are a few milliseconds of a second.
constexpr double kNear = 0.03;

// A line for each platform that has shares to give: what `metrics` say, one for each task.
std::vector<Line> lines_of(const Results& results, const std::string& mode,
                           const std::vector<std::string>& metrics, const std::vector<double>& wanted) {
  std::vector<Line> lines;
  for (const PlatformFacts& facts : results.platforms) {
    if (results.find(facts.name, "sharing", mode, metrics.front()) == nullptr) continue;
    Line line{facts.title, {}};
    for (std::size_t task = 0; task < metrics.size(); ++task) {
      const Claim claim{Claim::Is::within, wanted[task], kNear};
      line.cells.push_back(metrics[task].empty()
                               ? evidence("not there")
                               : measured(results, facts.name, {"sharing", mode, metrics[task]}, claim));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

Table table_d(const Results& results) {
  return {"table-d",
          "Table D: shares of one CPU",
          "SAL",
          {{"", "task 1: 1024 shares", {}, {}}, {"", "task 2: 2048 shares", {}, {}}},
          {{"task 1 alone", {"all the CPU", "-"}, lines_of(results, "alone", {"first", ""}, {1, 0})},
           {"both at once",
            {"1/3", "2/3"},
            lines_of(results, "1024:2048", {"first", "second"}, {1.0 / 3, 2.0 / 3})}}};
}

}  // namespace report
