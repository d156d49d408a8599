// The report from a fixed results file: every number follows from the samples, missing data says why, and emulation
// is never printed as a virtual machine's.
#include <gmock/gmock.h>

#include <fstream>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "bench/report/chart.h"
#include "bench/report/print.h"
#include "bench/report/tables.h"

namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::string kFolder = ISOLAB_SOURCE "/tests/unit/bench/";

std::string file(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(kFolder + name).rdbuf();
  return text.str();
}

json document() {
  return json::parse(file("results.json"));
}

report::Results results() {
  return report::from_json(document());
}

const report::Line& line_of(const report::Table& table, const std::string& row, std::size_t number = 0) {
  for (const report::Row& one : table.rows) {
    if (one.name == row) return one.lines.at(number);
  }
  throw std::out_of_range("no row " + row);
}

TEST(BenchReport, MarkdownIsTheGoldenFile) {
  EXPECT_EQ(report::markdown(results()), file("report.md"))
      << "write it again with: bench report tests/unit/bench/results.json --out tests/unit/bench";
}

TEST(BenchReport, ResultsSurviveBeingWrittenAndRead) {
  const auto once = report::to_json(results());
  EXPECT_EQ(report::to_json(report::from_json(once)), once);
}

TEST(BenchReport, SummariesInTheFileFollowFromItsSamples) {
  const auto written = report::to_json(results());
  for (const json& series : written["series"]) {
    const auto values = series["values"].get<std::vector<double>>();
    EXPECT_DOUBLE_EQ(series["summary"]["median"], statistics::median(values)) << series["platform"];
    EXPECT_EQ(series["summary"]["samples"], values.size());
    EXPECT_EQ(series["summary"]["interval"].is_null(), values.size() < statistics::kFewestForInterval);
  }
}

TEST(BenchReport, BadFilesAreRefusedWithThePlaceThatIsWrong) {
  const auto refusal = [](const std::function<void(json&)>& spoil) {
    json spoilt = document();
    spoil(spoilt);
    try {
      report::from_json(spoilt);
    } catch (const report::BadResults& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refusal([](json& d) { d["schema"] = "other"; }), HasSubstr("schema"));
  EXPECT_THAT(refusal([](json& d) { d["schema_version"] = 99; }), HasSubstr("newer than this program"));
  EXPECT_THAT(refusal([](json& d) { d.erase("seed"); }), HasSubstr("no member 'seed'"));
  EXPECT_THAT(refusal([](json& d) { d["series"][1]["values"] = json::array(); }),
              HasSubstr("series[1].values"));
  EXPECT_THAT(refusal([](json& d) { d["series"][2]["values"][0] = "fast"; }),
              HasSubstr("series[2].values[0]"));
  EXPECT_THAT(refusal([](json& d) { d["series"][0]["order"].push_back(1); }), HasSubstr("not as long as"));
  EXPECT_THAT(refusal([](json& d) { d["platforms"][0]["image"] = 5; }), HasSubstr("platforms[0].image"));
  EXPECT_THAT(refusal([](json& d) { d = json::array(); }), HasSubstr("the document"));
}

TEST(BenchReport, EveryRowOfTheCourseIsThereWithItsClaims) {
  const auto table = report::table_a(results());
  std::set<std::string> rows;
  for (const auto& row : table.rows) {
    rows.insert(row.name);
    EXPECT_EQ(row.claims.size(), table.columns.size()) << row.name;
    for (const auto& line : row.lines)
      EXPECT_EQ(line.cells.size(), table.columns.size()) << row.name << ": " << line.label;
  }
  for (const char* row :
       {"definition", "OS of the virtualized apps", "isolation", "security", "size", "lifecycle",
        "computer (CPU) overhead", "disk I/O overhead", "communication", "support"})
    EXPECT_TRUE(rows.contains(row)) << row;
}

TEST(BenchReport, AnUnavailablePlatformSaysWhyInEveryCell) {
  for (const auto& row : report::table_a(results()).rows) {
    for (const auto& line : row.lines) {
      EXPECT_EQ(line.cells[2].value, "unavailable") << line.label;
      EXPECT_THAT(line.cells[2].detail, HasSubstr("KVM internal error")) << line.label;
    }
  }
}

TEST(BenchReport, NothingMissingIsEverPrintedAsZero) {
  auto empty = results();
  empty.series.clear();
  for (const auto& row : report::table_a(empty).rows) {
    for (const auto& line : row.lines) {
      for (const auto& cell : line.cells) {
        EXPECT_NE(cell.kind, report::Kind::measured) << line.label;
        EXPECT_FALSE(cell.value.empty()) << line.label;
        EXPECT_TRUE(cell.kind != report::Kind::unavailable || !cell.detail.empty()) << line.label;
      }
    }
  }
}

TEST(BenchReport, EveryNumberOfEmulationCarriesItsLabel) {
  for (const auto& row : report::table_a(results()).rows) {
    for (const auto& line : row.lines) {
      if (line.cells[3].kind != report::Kind::measured) continue;
      EXPECT_THAT(line.cells[3].detail, HasSubstr(report::kEmulationLabel)) << line.label;
      EXPECT_EQ(line.cells[3].verdict, report::Verdict::none)
          << "a claim about VMs is not judged by emulation";
    }
  }
  EXPECT_THAT(report::text(results()), HasSubstr(report::kEmulationLabel));
  EXPECT_NE(report::html(results()).find(report::kEmulationLabel), std::string::npos);
}

TEST(BenchReport, ADifferenceInsideTheNoiseIsNotCalledOne) {
  const auto cell = line_of(report::table_a(results()), "computer (CPU) overhead").cells[1];
  EXPECT_THAT(cell.value, HasSubstr("no difference seen"));
  EXPECT_EQ(cell.verdict, report::Verdict::agrees);
  const auto disk = line_of(report::table_a(results()), "disk I/O overhead").cells[1];
  EXPECT_THAT(disk.value, HasSubstr("no difference seen"));
}

TEST(BenchReport, AVmsDiskSaysWhatItIs) {
  auto run = results();
  const auto* process = run.find("process", "disk", "", "write_and_fsync");
  ASSERT_NE(process, nullptr);
  report::Series disk = *process;
  disk.platform = "vm-tcg";
  for (double& value : disk.values)
    value *= 8;
  run.series.push_back(disk);
  const auto cell = line_of(report::table_a(run), "disk I/O overhead").cells[3];
  EXPECT_EQ(cell.value, "8.00 times");
  EXPECT_THAT(cell.detail,
              HasSubstr("ext4 on a virtio disk, a file on the host's " + run.environment["filesystem"]));
  EXPECT_THAT(cell.detail, HasSubstr(report::kEmulationLabel));
}

TEST(BenchReport, ARowThatCannotSayAnythingOfTheClaimGivesNoVerdict) {
  const auto disk = line_of(report::table_a(results()), "disk I/O overhead").cells[1];
  EXPECT_EQ(disk.verdict, report::Verdict::none);
}

TEST(BenchReport, AClaimIsJudgedByTheWholeInterval) {
  auto slow = results();
  for (auto& series : slow.series) {
    if (series.platform != "mini-container" || series.workload != "cpu") continue;
    for (double& value : series.values)
      value *= 1.5;
  }
  EXPECT_EQ(line_of(report::table_a(slow), "computer (CPU) overhead").cells[1].verdict,
            report::Verdict::differs);
}

TEST(BenchReport, NamespacesOfAGuestAreNotComparedWithTheHosts) {
  const auto line = line_of(report::table_a(results()), "isolation");
  EXPECT_EQ(line.cells[0].value, "no namespace of its own");
  EXPECT_EQ(line.cells[1].value, "own ipc mnt net pid uts");
  EXPECT_EQ(line.cells[3].value, "a kernel of its own");
}

TEST(BenchReport, ThePageIsWellFormedAndNeedsNothingElse) {
  const std::string page = report::html(results());
  pugi::xml_document parsed;
  const std::string doctype = "<!DOCTYPE html>\n";
  ASSERT_TRUE(page.starts_with(doctype));
  const auto outcome = parsed.load_string(page.substr(doctype.size()).c_str());
  ASSERT_TRUE(outcome) << outcome.description() << " at " << outcome.offset;
  for (const char* fetched : {"<script", "src=", "@import", "url("})
    EXPECT_EQ(page.find(fetched), std::string::npos) << fetched;
  EXPECT_NE(page.find("A CPU &lt;of&gt; the \"test\" &amp; more"), std::string::npos)
      << "text of the host is escaped";
}

TEST(BenchReport, ThePageCanBeReadByAScreenReader) {
  pugi::xml_document parsed;
  parsed.load_string(report::html(results()).substr(16).c_str());
  EXPECT_STREQ(parsed.child("html").attribute("lang").value(), "en");
  std::set<std::string> ids;
  for (const auto& found : parsed.select_nodes("//*[@id]"))
    EXPECT_TRUE(ids.insert(found.node().attribute("id").value()).second)
        << found.node().attribute("id").value();
  for (const auto& found : parsed.select_nodes("//th"))
    EXPECT_TRUE(found.node().attribute("scope")) << found.node().child_value();
  for (const auto& found : parsed.select_nodes("//table"))
    EXPECT_TRUE(found.node().child("caption"));
  for (const auto& found : parsed.select_nodes("//*[local-name()='svg']")) {
    EXPECT_STREQ(found.node().attribute("role").value(), "img");
    EXPECT_THAT(found.node().attribute("aria-label").value(), HasSubstr("Medians"));
  }
  for (const auto& found : parsed.select_nodes("//a[@href]"))
    EXPECT_TRUE(ids.contains(found.node().attribute("href").value() + 1)) << "a link to nowhere";
}

TEST(BenchReport, TheEnginesReportSaysWhoIsMissing) {
  report::Results measured = results();
  measured.series.push_back({"mini-runtime", "nothing", "paced", "to_exit", "ns", {2e6, 3e6}, {1, 2}});
  measured.series.push_back(
      {"mini-runtime", "throughput", "8 in flight", "starts", "per second", {850}, {3}});
  const std::string page = report::engines_markdown(measured);
  EXPECT_THAT(page, HasSubstr("| mini-runtime | 2.50 ms | too few | 2 |"));
  EXPECT_THAT(page, HasSubstr("| mini-runtime | 850 per second | too few | 1 |"));
  EXPECT_THAT(page, HasSubstr("| crun | unavailable: crun is not installed |"));
  EXPECT_THAT(page, HasSubstr("| runc | unavailable: not part of this run |"));
}

TEST(BenchReport, TheEnginesReportLeavesOutWhatNobodyMeasured) {
  const std::string page = report::engines_markdown(results());
  EXPECT_THAT(page, Not(HasSubstr("`exec` of nothing")));
  EXPECT_THAT(page, Not(HasSubstr("Throughput")));
}

TEST(BenchReport, TheEnginesReportHasTimesAndSizesOfImages) {
  report::Results measured = results();
  measured.series.push_back({"mini-container", "pull", "", "to_exit", "ns", {2e9, 4e9}, {1, 3}});
  measured.series.push_back({"docker", "pull", "", "to_exit", "ns", {6e9, 6e9}, {2, 4}});
  measured.series.push_back({"mini-container", "pull", "", "grown", "bytes", {300e6}, {1}});
  measured.failures.push_back({"mini-container", "archive", "", "no space left", 2});
  const std::string page = report::engines_markdown(measured);
  EXPECT_THAT(page, HasSubstr("| mini-container | 3.00 s | too few | 2 |"));
  EXPECT_THAT(page, HasSubstr("| docker | 6.00 s | too few | 2 | 2.00 |"));
  EXPECT_THAT(page, HasSubstr("| mini-container | 300 MB | too few | 1 |"));
  EXPECT_THAT(page, HasSubstr("| mini-container | unavailable: no space left |"));
  EXPECT_THAT(page, Not(HasSubstr("`commit` of")));
}

TEST(BenchReport, AChartHoldsEverySample) {
  report::Chart chart{
      "ms", {{"a \"quoted\" name", {1, 2, 3000}, 2, std::nullopt, false}}, std::nullopt, true};
  const std::string script = report::gnuplot_script(chart, report::kWide);
  EXPECT_THAT(script, HasSubstr("\n3000 1\n")) << "outliers are shown";
  EXPECT_THAT(script, HasSubstr("a \\\"quoted\\\" name"));
}

}  // namespace
