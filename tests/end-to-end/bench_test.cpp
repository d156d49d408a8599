// The program `bench` as a user runs it: exit codes, a small comparison, its report in a browser, and Ctrl-C.
#include <gmock/gmock.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "bench/platforms/platform.h"
#include "bench/platforms/timed_run.h"
#include "bench/report/print.h"
#include "bench/report/results.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kBench = ISOLAB_BIN "/bench";

// Writes what a page of the given widths needs of them into its own document, and returns that.
std::string measured_in_chromium(const std::string& chromium, const support::TemporaryFolder& folder,
                                 const std::string& page) {
  const std::string end = "</body>";
  std::string speaking = page;
  speaking.insert(speaking.rfind(end),
                  "<script>parent.postMessage(innerWidth + ' needs ' + document.documentElement.scrollWidth, "
                  "'*')</script>");
  sys::write_file_atomically(folder / "page.html", speaking);
  std::string frames =
      "<!DOCTYPE html><body><p id=heard></p><script>onmessage = e => heard.append('[' + e.data + "
      "']')</script>";
  for (const int width : {390, 1366, 1920})
    frames += "<iframe src=page.html style='border:0;height:1080px;width:" + std::to_string(width) +
              "px'></iframe>";
  sys::write_file_atomically(folder / "frames.html", frames + "</body>");
  return bench::timed_run({chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                           "--no-first-run", "--disable-background-networking", "--disable-component-update",
                           "--disable-sync", "--hide-scrollbars", "--user-data-dir=" + (folder / "profile"),
                           "--virtual-time-budget=10000", "--dump-dom", "file://" + (folder / "frames.html")},
                          90s)
      .output;
}

TEST(Report, FitsPhoneLaptopAndProjectorWithoutScrollingSideways) {
  const std::string chromium = bench::find_program("chromium");
  if (chromium.empty()) GTEST_SKIP() << "chromium is not installed";
  const support::TemporaryFolder folder("bench-test");
  const std::string results = ISOLAB_SOURCE "/tests/unit/bench/results.json";
  bench::run_or_throw({kBench, "report", results, "--out", folder / "out"});
  const std::string seen = measured_in_chromium(chromium, folder, sys::read_file(folder / "out/report.html"));
  for (const char* width : {"390", "1366", "1920"})
    EXPECT_THAT(seen, HasSubstr("[" + std::string(width) + " needs " + width + "]"));
}

TEST(Report, VerifyFindsAFileThatWasEditedAndReadsOneThatWasNot) {
  const support::TemporaryFolder folder("bench-test");
  const std::string original = folder / "original.json";
  auto document = report::to_json(report::read_results(ISOLAB_SOURCE "/tests/unit/bench/results.json"));
  sys::write_file_atomically(original, document.dump());
  EXPECT_EQ(bench::timed_run({kBench, "verify", original}, 30s).status, 0);
  document["series"][0]["values"][0] = 1;
  sys::write_file_atomically(folder / "results.json", document.dump());
  const auto run = bench::timed_run({kBench, "verify", original, folder / "results.json"}, 30s);
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("process/start/back-to-back/to_exit: the summary says"));
  EXPECT_EQ(bench::timed_run({kBench, "verify", folder / "none.json"}, 30s).status, 1);
}

TEST(Compare, OfTwoFilesTheStatusSaysWhetherAnythingGotWorse) {
  const support::TemporaryFolder folder("bench-test");
  const std::string before = ISOLAB_SOURCE "/tests/unit/bench/results.json";
  const auto same = bench::timed_run({kBench, "compare", before, before}, 60s);
  EXPECT_EQ(same.status, 0) << same.errors;
  EXPECT_THAT(same.output, HasSubstr("no difference seen"));
  auto document = nlohmann::json::parse(sys::read_file(before));
  for (auto& value : document["series"][16]["values"])
    value = value.get<double>() * 2;
  sys::write_file_atomically(folder / "after.json", document.dump());
  const auto worse = bench::timed_run({kBench, "compare", before, folder / "after.json"}, 60s);
  EXPECT_EQ(worse.status, 3) << worse.errors;
  EXPECT_THAT(worse.output, HasSubstr("worse"));
  EXPECT_NE(bench::timed_run({kBench, "compare", before}, 30s).status, 0)
      << "one file is none to compare with";
}

TEST(Suite, AQuickRunOfOnePartGivesTableDAndIsResumed) {
  if (sys::geteuid() != 0) GTEST_SKIP() << "control groups need root";
  const support::TemporaryFolder folder("bench-test");
  const auto suite = [&](const bench::Arguments& rest) {
    bench::Arguments all = {kBench,  "suite",       "--quick", "--platforms", "process,process-in-cgroup",
                            "--out", folder / "out"};
    all.insert(all.end(), rest.begin(), rest.end());
    return bench::timed_run(all, 120s);
  };
  EXPECT_NE(suite({"--only", "kernel", "--resume"}).status, 0) << "there is nothing to resume";
  const auto first = suite({"--only", "sharing", "--seed", "7"});
  ASSERT_EQ(first.status, 0) << first.errors;
  EXPECT_THAT(first.output, HasSubstr("Table D: shares of one CPU"));
  const auto read = [&] { return report::read_results(folder / "out/results.json"); };
  const auto once = read();
  const auto* second = once.find("process-in-cgroup", "sharing", "1024:2048", "second");
  ASSERT_NE(second, nullptr);
  EXPECT_GT(statistics::median(second->values), 0.5) << "twice the shares are more than half";
  EXPECT_EQ(once.seed, 7U);
  ASSERT_EQ(suite({"--only", "sharing,kernel", "--resume"}).status, 0);
  const auto twice = read();
  EXPECT_EQ(twice.find("process-in-cgroup", "sharing", "1024:2048", "second")->values, second->values)
      << "what was measured is not measured again";
  for (const char* workload : {"syscall", "switches", "faults"}) {
    const auto found = std::find_if(twice.series.begin(), twice.series.end(),
                                    [&](const auto& one) { return one.workload == workload; });
    EXPECT_NE(found, twice.series.end()) << workload;
  }
  EXPECT_EQ(bench::timed_run({kBench, "verify", folder / "out/results.json"}, 30s).status, 0);
  EXPECT_TRUE(sys::exists(folder / "out/samples.csv"));
}

TEST(Compare, AQuickRunWritesAFileOfItsSchemaAndItsReports) {
  const support::TemporaryFolder folder("bench-test");
  const auto run = bench::timed_run(
      {kBench, "compare", "--quick", "--platforms", "process,bubblewrap", "--out", folder / "out"}, 170s);
  ASSERT_EQ(run.status, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("computer (CPU) overhead"));
  const auto results = report::from_json(nlohmann::json::parse(sys::read_file(folder / "out/results.json")));
  ASSERT_NE(results.find("process", "start", "paced", "to_main"), nullptr);
  EXPECT_EQ(results.find("process", "start", "paced", "to_main")->values.size(), 12U);
  EXPECT_EQ(results.platform("docker")->unavailable, "left out of this run");
  EXPECT_FALSE(results.environment.at("kernel").empty());
  EXPECT_TRUE(sys::exists(folder / "out/report.md"));
  EXPECT_TRUE(sys::exists(folder / "out/report.html"));
}

TEST(Engines, AQuickRunMeasuresEveryPartAndLeavesNoContainer) {
  if (sys::geteuid() != 0) GTEST_SKIP() << "containers with limits need root";
  const support::TemporaryFolder folder("bench-test");
  sys::SpawnOptions quiet;
  quiet.output = quiet.error = -1;
  sys::Child child =
      sys::spawn({kBench, "engines", "--quick", "--repetitions", "3", "--platforms",
                  "floor,floor-limited,floor-plain,mini-runtime,mini-runtime-limited,mini-runtime-plain",
                  "--out", folder / "out"},
                 quiet);
  const std::string name = "isolab-bench-" + std::to_string(child.pid());
  ASSERT_EQ(child.wait().shell_code(), 0);
  EXPECT_THAT(sys::read_file(folder / "out/README.md"),
              HasSubstr("five cgroup limits and Docker's seccomp profile"));
  const auto results = report::from_json(nlohmann::json::parse(sys::read_file(folder / "out/results.json")));
  for (const auto& failure : results.failures)
    ADD_FAILURE() << failure.platform << " " << failure.workload << ": " << failure.reason;
  for (const char* kind : {"", "-limited", "-plain"}) {
    for (const char* platform : {"floor", "mini-runtime"})
      EXPECT_NE(results.find(std::string(platform) + kind, "nothing", "paced", "to_exit"), nullptr)
          << platform << kind;
  }
  for (const char* platform : {"floor", "mini-runtime"}) {
    EXPECT_NE(results.find(platform, "nothing", "10 running", "to_exit"), nullptr) << platform;
    EXPECT_NE(results.find(platform, "throughput", "32 in flight", "starts"), nullptr) << platform;
  }
  EXPECT_NE(results.find("mini-runtime", "exec", "paced", "to_exit"), nullptr);
  EXPECT_NE(results.find("mini-runtime", "verbs", "", "delete"), nullptr);
  const std::string look = "cat /proc/mounts; find /sys/fs/cgroup -maxdepth 2 -type d; ls /var/tmp";
  EXPECT_EQ(bench::run_or_throw({"sh", "-c", look}).find(name), std::string::npos) << "left behind: " << name;
}

// Command lines that hold `text`: the workspace stands in those of the daemon and of all that it starts.
std::string processes_that_name(const std::string& text) {
  std::string found;
  for (const std::string& name : sys::list_directory("/proc")) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ostringstream command;
    command << std::ifstream("/proc/" + name + "/cmdline").rdbuf();
    if (command.str().find(text) != std::string::npos) found += command.str() + "\n";
  }
  return found;
}

TEST(Engines, AQuickRunOfOurEngineMeasuresItsCommandsAndLeavesNothing) {
  if (sys::geteuid() != 0) GTEST_SKIP() << "the engine's bridge needs root";
  const support::TemporaryFolder folder("bench-test");
  sys::SpawnOptions quiet;
  quiet.output = quiet.error = -1;
  sys::Child child = sys::spawn({kBench, "engines", "--quick", "--repetitions", "3", "--platforms",
                                 "mini-container", "--parts", "life,list,images", "--out", folder / "out"},
                                quiet);
  const std::string workspace = "/var/tmp/isolab-bench-" + std::to_string(child.pid());
  ASSERT_EQ(child.wait().shell_code(), 0);
  const auto results = report::from_json(nlohmann::json::parse(sys::read_file(folder / "out/results.json")));
  ASSERT_EQ(results.platform("mini-container")->unavailable, std::nullopt);
  for (const auto& failure : results.failures)
    ADD_FAILURE() << failure.workload << ": " << failure.reason;
  const std::vector<std::array<std::string, 3>> expected = {
      {"life", "", "run"},       {"life", "", "exec"},      {"life", "", "stop"},
      {"life", "", "rm"},        {"archive", "", "load"},   {"archive", "", "save"},
      {"commit", "", "to_exit"}, {"import", "", "to_exit"}, {"list", "10 running", "to_exit"}};
  for (const auto& [workload, mode, metric] : expected)
    EXPECT_NE(results.find("mini-container", workload, mode, metric), nullptr) << workload << " " << metric;
  if (bench::find_program("docker-registry").empty() || bench::find_program("skopeo").empty()) {
    EXPECT_THAT(results.notes, testing::Contains(HasSubstr("pull is not measured")));
  } else {
    ASSERT_NE(results.find("mini-container", "pull", "", "grown"), nullptr);
    EXPECT_GT(results.find("mini-container", "pull", "", "grown")->values.front(), 5e6);
  }
  EXPECT_FALSE(sys::exists(workspace));
  EXPECT_EQ(processes_that_name(workspace), "");
}

TEST(Compare, InterruptionLeavesNothingBehind) {
  const support::TemporaryFolder folder("bench-test");
  sys::SpawnOptions quiet;
  quiet.error = -1;
  sys::Child child =
      sys::spawn({kBench, "compare", "--platforms", "process,docker", "--out", folder / "out"}, quiet);
  const std::string workspace = "/var/tmp/isolab-bench-" + std::to_string(child.pid());
  for (int tries = 0; tries < 200 && !sys::exists(workspace + "/docker/pid"); ++tries)
    std::this_thread::sleep_for(20ms);
  child.kill(SIGINT);
  EXPECT_EQ(child.wait().shell_code(), 130);
  EXPECT_FALSE(sys::exists(workspace));
  EXPECT_EQ(processes_that_name(workspace), "");
}

// The cgroups of the run, and those of the engine's containers.
std::string groups_of(const std::string& run) {
  return bench::run_or_throw({"sh", "-c",
                              "find /sys/fs/cgroup -type d -name '*" + run +
                                  "*'; find /sys/fs/cgroup "
                                  "-mindepth 3 -maxdepth 3 -path '*/mini-container/*'"});
}

TEST(Engines, KilledItTakesAllThatItHasStartedAlong) {
  if (sys::geteuid() != 0) GTEST_SKIP() << "the engine's bridge needs root";
  const support::TemporaryFolder folder("bench-test");
  sys::SpawnOptions quiet;
  quiet.output = quiet.error = -1;
  const std::string before = groups_of("no such run");
  sys::Child child = sys::spawn({kBench, "engines", "--quick", "--platforms", "mini-container,docker",
                                 "--parts", "list", "--out", folder / "out"},
                                quiet);
  const std::string run = "isolab-bench-" + std::to_string(child.pid());
  const std::string workspace = "/var/tmp/" + run;
  for (int tries = 0;
       tries < 1000 && processes_that_name(workspace).find("container-monitor") == std::string::npos; ++tries)
    std::this_thread::sleep_for(20ms);
  EXPECT_NE(processes_that_name(workspace), "");
  child.kill(SIGKILL);
  child.wait();
  for (int tries = 0; tries < 500 && !processes_that_name(workspace).empty(); ++tries)
    std::this_thread::sleep_for(20ms);
  EXPECT_EQ(processes_that_name(workspace), "");
  // Files and control groups are no processes: the next run removes them.
  bench::run_or_throw({kBench, "engines", "--quick", "--repetitions", "1", "--platforms", "floor", "--parts",
                       "starts", "--out", folder / "out"});
  EXPECT_FALSE(sys::exists(workspace));
  EXPECT_EQ(groups_of(run), before);
}

TEST(Engines, InterruptionLeavesNoContainer) {
  if (sys::geteuid() != 0) GTEST_SKIP() << "the engine's bridge needs root";
  const support::TemporaryFolder folder("bench-test");
  sys::SpawnOptions quiet;
  quiet.output = quiet.error = -1;
  sys::Child child = sys::spawn(
      {kBench, "engines", "--platforms", "mini-container", "--parts", "list", "--out", folder / "out"},
      quiet);
  const std::string workspace = "/var/tmp/isolab-bench-" + std::to_string(child.pid());
  for (int tries = 0;
       tries < 500 && processes_that_name(workspace).find("container-monitor") == std::string::npos; ++tries)
    std::this_thread::sleep_for(20ms);
  child.kill(SIGINT);
  EXPECT_EQ(child.wait().shell_code(), 130);
  EXPECT_THAT(sys::read_file(folder / "out/results.json"), HasSubstr("interrupted: what was measured"));
  EXPECT_FALSE(sys::exists(workspace));
  EXPECT_EQ(processes_that_name(workspace), "");
}

}  // namespace
