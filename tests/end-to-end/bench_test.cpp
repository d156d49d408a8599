// The programs `workload` and `bench` as a user runs them: exit codes, a small comparison, its report in a browser, and
// Ctrl-C.
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
#include "bench/report/results.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kBench = ISOLAB_BIN "/bench";
const std::string kWorkload = ISOLAB_BIN "/workload";

TEST(Workload, BadArgumentsEndWithTwoAndAMessage) {
  for (const bench::Arguments& arguments : {bench::Arguments{kWorkload},
                                            {kWorkload, "fly"},
                                            {kWorkload, "cpu", "--rounds"},
                                            {kWorkload, "cpu", "--rounds", "0"},
                                            {kWorkload, "cpu", "--rounds", "1x"},
                                            {kWorkload, "true", "--file", "x"}}) {
    const auto run = bench::timed_run(arguments, 10s);
    EXPECT_EQ(run.status, 2) << arguments.back();
    EXPECT_THAT(run.errors, HasSubstr("see workload --help")) << arguments.back();
    EXPECT_EQ(run.output, "");
  }
}

TEST(Workload, StartReadsTheClockBetweenRequestAndFirstByte) {
  const auto run = bench::timed_run({kWorkload, "start"}, 10s);
  ASSERT_EQ(run.status, 0) << run.errors;
  const auto seen =
      std::chrono::nanoseconds(nlohmann::json::parse(run.output)["monotonic_ns"].get<std::int64_t>());
  EXPECT_GT(seen, run.request.time_since_epoch());
  EXPECT_LT(seen, run.first_byte.value().time_since_epoch());
}

TEST(Workload, DiskLeavesNoFileAndRefusesToOverwrite) {
  const support::TemporaryFolder folder("bench-test");
  EXPECT_EQ(bench::timed_run({kWorkload, "disk", "--megabytes", "1", "--file", folder / "f"}, 30s).status, 0);
  EXPECT_FALSE(sys::exists(folder / "f"));
  sys::write_file_atomically(folder / "f", "precious");
  EXPECT_EQ(bench::timed_run({kWorkload, "disk", "--megabytes", "1", "--file", folder / "f"}, 30s).status, 1);
  EXPECT_EQ(sys::read_file(folder / "f"), "precious");
}

TEST(Workload, IdleEndsWithSigterm) {
  const auto command = bench::timed_run({"timeout", "-s", "TERM", "1", kWorkload, "idle"}, 20s);
  EXPECT_EQ(command.output, "ready\n");
  EXPECT_EQ(command.status, 124) << "what timeout(1) says when its signal was enough";
}

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
