// The program `workload` as every platform runs it: exit codes, and answers that are numbers.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "bench/platforms/platform.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

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

TEST(Workload, EveryLoopAnswersWithPositiveNumbers) {
  const support::TemporaryFolder folder("bench-test");
  const std::vector<std::pair<bench::Arguments, const char*>> loops = {
      {{"library", "--kilobytes", "64"}, "deflate"},
      {{"stream", "--megabytes", "1"}, "triad"},
      {{"chase", "--count", "1000"}, "4096_kib"},
      {{"switches", "--count", "10"}, "per_switch"},
      {{"faults", "--megabytes", "1"}, "per_page"},
      {{"metadata", "--count", "5", "--file", folder / "m"}, "unlink"}};
  for (const auto& [arguments, metric] : loops) {
    bench::Arguments all = {kWorkload};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto run = bench::timed_run(all, 20s);
    ASSERT_EQ(run.status, 0) << arguments.front() << ": " << run.errors;
    EXPECT_GT(nlohmann::json::parse(run.output).at(metric).get<double>(), 0) << arguments.front();
  }
  EXPECT_FALSE(sys::exists(folder / "m"));
}

TEST(Workload, SpinNeverGetsMoreThanOneCpu) {
  const auto run = bench::timed_run({kWorkload, "spin", "--milliseconds", "100"}, 20s);
  ASSERT_EQ(run.status, 0) << run.errors;
  const auto seen = nlohmann::json::parse(run.output).at("seen");
  ASSERT_GE(seen.size(), 2U);
  const auto cpu = seen.back()[1].get<double>() - seen.front()[1].get<double>();
  const auto clock = seen.back()[0].get<double>() - seen.front()[0].get<double>();
  EXPECT_GT(cpu, 0);
  EXPECT_LT(cpu, clock * 1.1);
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

}  // namespace
