// What makes a results file trustworthy: every cell of every table is traced to its samples, a file that was edited is
// found out, and a comparison of two files calls what has changed and nothing else.
#include <gmock/gmock.h>

#include <functional>
#include <random>
#include <set>

#include "bench/report/changes.h"
#include "bench/report/print.h"
#include "bench/report/remarks.h"
#include "bench/report/tables.h"
#include "bench/report/verify.h"

namespace {

using nlohmann::json;
using report::Outcome;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kFolder = ISOLAB_SOURCE "/tests/unit/bench/";

report::Results results() {
  return report::read_results(kFolder + "results.json");
}

json document() {
  return report::to_json(results());
}

TEST(Trust, EveryNumberOfEveryTableNamesTheSamplesThatItFollowsFrom) {
  const auto run = results();
  std::set<std::string> names;
  for (const auto& series : run.series)
    names.insert(report::name_of(series));
  for (const auto& facts : run.platforms)
    names.insert({facts.name + "/isolation", facts.name + "/image"});
  int cells = 0;
  for (const auto& table : report::tables(run)) {
    for (const auto& row : table.rows) {
      for (const auto& line : row.lines) {
        for (const auto& cell : line.cells) {
          EXPECT_TRUE(cell.kind != report::Kind::measured || !cell.from.empty()) << line.label;
          for (const auto& from : cell.from)
            EXPECT_TRUE(names.contains(from)) << table.title << ", " << line.label << ": " << from;
          ++cells;
        }
      }
    }
  }
  EXPECT_GT(cells, 50);
}

TEST(Trust, AFileThatTheProgramWroteIsVerifiedAndItsReportToo) {
  EXPECT_THAT(report::complaints_about(document()), IsEmpty());
  EXPECT_THAT(report::complaints_about_report(results(), report::markdown(results())), IsEmpty());
}

std::vector<std::string> complaints(const std::function<void(json&)>& spoil) {
  json spoilt = document();
  spoil(spoilt);
  return report::complaints_about(spoilt);
}

TEST(Trust, WhatDoesNotFollowFromTheSamplesIsNamed) {
  EXPECT_THAT(complaints([](json& d) { d["series"][0]["summary"]["median"] = 1.5; }),
              ElementsAre(AllOf(HasSubstr("process/start/back-to-back/to_exit"), HasSubstr("1.5"))));
  EXPECT_THAT(
      complaints([](json& d) { d["tables"][0]["rows"][0]["lines"][0]["cells"][1]["value"] = "nice"; }),
      ElementsAre(AllOf(HasSubstr("row \"definition\""), HasSubstr("cell 2"), HasSubstr("nice"))));
  EXPECT_THAT(complaints([](json& d) { d["series"][0]["values"][0] = 1; }),
              testing::Contains(HasSubstr("process/start/back-to-back/to_exit")));
  EXPECT_THAT(complaints([](json& d) { d["series"].push_back(d["series"][0]); }),
              testing::Contains(HasSubstr("is there twice")));
  EXPECT_THAT(complaints([](json& d) { d["series"][0]["platform"] = "moon"; }),
              testing::Contains(HasSubstr("no platform of that name")));
  EXPECT_THAT(complaints([](json& d) { d["series"][0]["order"][0] = 10000; }),
              ElementsAre(HasSubstr("not in the order")));
  EXPECT_THAT(complaints([](json& d) { d["tables"].erase(0); }), testing::SizeIs(testing::Ge(1U)));
  EXPECT_THAT(complaints([](json& d) { d["series"][3].erase("summary"); }),
              ElementsAre(HasSubstr("the summary says null")));
  EXPECT_THAT(complaints([](json& d) { d["tables"][0] = 5; }), testing::SizeIs(1U));
  EXPECT_THAT(complaints([](json& d) { d["tables"][0].erase("rows"); }), testing::SizeIs(testing::Ge(1U)));
  EXPECT_THAT(complaints([](json& d) { d.erase("seed"); }), ElementsAre(HasSubstr("no member 'seed'")));
  EXPECT_THAT(report::complaints_about(json(json::value_t::discarded)), ElementsAre("is not JSON"));
}

TEST(Trust, AnOldFileWithoutTablesIsStillRead) {
  EXPECT_THAT(complaints([](json& d) {
                d.erase("tables");
                d.erase("preflight");
              }),
              IsEmpty());
}

TEST(Trust, AReportThatWasEditedIsFoundOut) {
  std::string edited = report::markdown(results());
  edited.replace(edited.find("emulation"), 9, "hardware!");
  EXPECT_THAT(report::complaints_about_report(results(), edited),
              ElementsAre(AllOf(HasSubstr("report.md, line 3"), HasSubstr("hardware!"))));
}

// A run with so many quantities of `count` noisy samples each; `slower` multiplies the first of them.
report::Results noisy(std::uint64_t seed, std::size_t count, double slower) {
  std::mt19937_64 generator(seed);
  std::lognormal_distribution<double> noise(0, 0.1);
  report::Results run;
  run.environment = {{"host", "h"}};
  for (const char* metric : {"one", "two", "three", "four"}) {
    report::Series series{"mini-runtime", "nothing", "", metric, "ns", {}, {}};
    for (std::size_t place = 0; place < count; ++place) {
      series.values.push_back(1e6 * noise(generator) * (run.series.empty() ? slower : 1));
      series.order.push_back(static_cast<int>(place) + 1);
    }
    run.series.push_back(std::move(series));
  }
  return run;
}

TEST(Changes, OnlyWhatGotSlowerIsCalledWorseAndWhatGotFasterBetter) {
  const auto worse = report::changes_between(noisy(1, 30, 1), noisy(2, 30, 1.3), 0.05);
  EXPECT_EQ(worse.series.front().name, "mini-runtime/nothing//one") << "the largest change first";
  EXPECT_EQ(worse.series.front().outcome, Outcome::worse);
  EXPECT_NEAR(worse.series.front().change.ratio, 1.3, 0.1);
  EXPECT_TRUE(worse.any_worse());
  for (std::size_t place = 1; place < worse.series.size(); ++place)
    EXPECT_EQ(worse.series[place].outcome, Outcome::no_difference_seen) << worse.series[place].name;
  const auto better = report::changes_between(noisy(2, 30, 1.3), noisy(1, 30, 1), 0.05);
  EXPECT_EQ(better.series.front().outcome, Outcome::better);
  EXPECT_FALSE(better.any_worse());
}

TEST(Changes, MoreInASecondIsBetter) {
  auto before = noisy(1, 30, 1);
  auto after = noisy(2, 30, 1.3);
  before.series[0].unit = after.series[0].unit = "per second";
  EXPECT_EQ(report::changes_between(before, after, 0.05).series.front().outcome, Outcome::better);
}

TEST(Changes, TooFewSamplesAreNotCalledTheSame) {
  const auto changes = report::changes_between(noisy(1, 3, 1), noisy(2, 3, 5), 0.05);
  for (const auto& one : changes.series)
    EXPECT_EQ(one.outcome, Outcome::too_few) << one.name;
}

TEST(Changes, AFileBesideItselfHasNone) {
  const auto changes = report::changes_between(results(), results(), 0.05);
  EXPECT_FALSE(changes.series.empty());
  for (const auto& one : changes.series)
    EXPECT_DOUBLE_EQ(one.change.p, 1) << one.name;
  EXPECT_FALSE(changes.any_worse());
}

TEST(Changes, WhatElseDiffersIsSaid) {
  auto after = results();
  after.environment["kernel"] = "9.9";
  after.series.pop_back();
  after.preflight = report::Preflight{"poor", {{"somebody compiles", true}}};
  const auto changes = report::changes_between(results(), after, 0.05);
  EXPECT_THAT(changes.notes, testing::IsSupersetOf({HasSubstr("9.9 after"), HasSubstr("measured only before"),
                                                    HasSubstr("poor one for measuring after")}));
  for (auto& series : after.series) {
    if (series.platform == "process")
      for (double& value : series.values)
        value *= 3;
  }
  EXPECT_THAT(report::text(report::changes_between(results(), after, 0.5)),
              HasSubstr("The bare process has changed too"));
}

TEST(Remarks, OutliersAndDriftStandBesideTheNumberAndThePreflightInTheEnvironment) {
  auto run = results();
  run.series[0].values = {10, 10, 11, 11, 10, 11, 10, 20, 21, 20, 21, 20, 21, 900};
  run.series[0].order.clear();
  for (int place = 1; place <= 14; ++place)
    run.series[0].order.push_back(place);
  run.preflight = report::Preflight{"fair", {{"turbo is on", false}}};
  EXPECT_THAT(report::remarks_on(run, run.series[0]),
              AllOf(HasSubstr("1 far out"), HasSubstr("second half")));
  EXPECT_THAT(report::markdown(run),
              AllOf(HasSubstr("1 far out"), HasSubstr("preflight: fair: turbo is on")));
  EXPECT_THAT(report::html(run), AllOf(HasSubstr("1 far out"), HasSubstr("fair: turbo is on")));
  EXPECT_THAT(report::text(run), HasSubstr("preflight: fair: turbo is on\n"));
}

}  // namespace
