// `update` and `events`, against whatever runtime $RUNTIME names. Reads: runc(8), OCI runtime-spec config-linux.md.
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

class Limits : public Runtime {
 protected:
  // A running container with these limits; `script` as its program.
  void start(const json& resources, const std::string& script = "sleep 100") {
    bundle_.config["process"]["args"][2] = script;
    bundle_.config["linux"]["resources"].update(resources);
    bundle_.write();
    const auto output = verb({"run", "--detach", "--bundle", bundle_.path(), id_});
    ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  }

  // What a control group file of the container holds, whichever version has the controller; "" if none does.
  std::string value(const std::string& v1_file, const std::string& v2_file) {
    const std::string path = group(v1_file.substr(0, v1_file.find('.')));
    const std::string v1 = path + "/" + v1_file;
    std::string text = sys::read_file_if_present(sys::exists(v1) ? v1 : path + "/" + v2_file).value_or("");
    return text.substr(0, text.find('\n'));
  }

  std::string group(const std::string& controller) {
    const std::string groups =
        sys::read_file("/proc/" + std::to_string(state().at("pid").get<int>()) + "/cgroup");
    const std::string wanted = "," + controller + ",";
    const std::string hierarchy = "/sys/fs/cgroup/" + controller;
    std::istringstream lines(groups);
    std::string unified;
    for (std::string line; std::getline(lines, line);) {
      std::string names = ",";
      names.append(line.substr(line.find(':') + 1, line.rfind(':') - line.find(':') - 1)).append(",");
      const std::string path = line.substr(line.rfind(':') + 1);
      if (names.find(wanted) != std::string::npos) return hierarchy + path;
      if (names == ",,") unified = path;
    }
    return "/sys/fs/cgroup" + unified;
  }

  std::string memory() { return value("memory.limit_in_bytes", "memory.max"); }
  std::string processes() { return value("pids.max", "pids.max"); }

  testing_bundle::Output update(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "update");
    arguments.push_back(id_);
    return verb(arguments);
  }

  // timeout(1) ends it after that many seconds, with exit code 124, if it does not end by itself.
  testing_bundle::Output events_until(const std::string& seconds) {
    return testing_bundle::run_program({"timeout", seconds, testing_bundle::runtime(), "--root", root_,
                                        "events", "--interval", "300ms", id_});
  }

  Bundle bundle_{"sleep 100"};
};

// 16 MiB, and a program that wants 64, lives on when its child has died of it, and ends a second later.
const json kScarce = {{"memory", {{"limit", 16 << 20}, {"swap", 16 << 20}}}};
constexpr char kGreedy[] = "sleep 1; head -c 64m /dev/zero | tail -c 64m >/dev/null; sleep 1";
constexpr char kMebibytes64[] = "67108864";
constexpr char kMebibytes128[] = "134217728";

TEST_F(Limits, UpdateTakesFlags) {
  start({{"memory", {{"limit", 67108864}}}, {"pids", {{"limit", 50}}}, {"cpu", {{"shares", 512}}}});
  EXPECT_EQ(memory(), kMebibytes64);
  const auto output = update({"--memory", kMebibytes128, "--pids-limit", "20", "--cpu-share", "256"});
  ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  EXPECT_EQ(memory(), kMebibytes128);
  EXPECT_EQ(processes(), "20");
  EXPECT_THAT(value("cpu.shares", "cpu.weight"), testing::AnyOf("256", "25", "10"));
}

TEST_F(Limits, UpdateTakesAFileAndWhatItLeavesOutStays) {
  start({{"memory", {{"limit", 67108864}}}, {"pids", {{"limit", 50}}}});
  const std::string file = bundle_.path() + "/resources.json";
  sys::replace_file(file, R"({"memory": {"limit": 134217728}, "cpu": {"shares": 0, "cpus": ""}})");
  const auto output = update({"--resources", file});
  ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  EXPECT_EQ(memory(), kMebibytes128);
  EXPECT_EQ(processes(), "50");
}

TEST_F(Limits, MemoryAndSwapGoUpAndDownTogether) {
  start({{"memory", {{"limit", 67108864}, {"swap", 67108864}}}});
  for (const char* limit : {kMebibytes128, kMebibytes64, "33554432", kMebibytes128}) {
    const auto output = update({"--memory", limit, "--memory-swap", limit});
    ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
    EXPECT_EQ(memory(), limit);
    EXPECT_THAT(value("memory.memsw.limit_in_bytes", "memory.swap.max"), testing::AnyOf(limit, "0"));
  }
}

// The kernel compares quota and period with those of the group above at each of the two writes.
TEST_F(Limits, AShorterPeriodAndQuotaFitBelowTheGroupAbove) {
  const std::string above = "/sys/fs/cgroup/cpu/isolab-pod-" + id_;
  if (!sys::exists("/sys/fs/cgroup/cpu/cpu.shares")) GTEST_SKIP() << "only version 1 has a file for each";
  if (testing_bundle::runtime().ends_with("/crun")) GTEST_SKIP() << "crun 1.8.1 writes the period first";
  sys::mkdir(above);
  sys::write_existing_file(above + "/cpu.cfs_quota_us", "50000");
  bundle_.config["linux"]["cgroupsPath"] = "/isolab-pod-" + id_ + "/" + id_;
  start({{"cpu", {{"quota", 30000}, {"period", 100000}}}});
  for (const auto& [period, quota] : {std::pair("10000", "3000"), std::pair("100000", "40000")}) {
    const auto output = update({"--cpu-period", period, "--cpu-quota", quota});
    EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
    EXPECT_EQ(value("cpu.cfs_quota_us", ""), quota);
  }
  verb({"delete", "--force", id_});
  // A peer may leave its own group below; it goes too.
  std::error_code ignored;
  for (const auto& hierarchy : std::filesystem::directory_iterator("/sys/fs/cgroup")) {
    std::filesystem::remove(hierarchy.path() / ("isolab-pod-" + id_) / id_, ignored);
    std::filesystem::remove(hierarchy.path() / ("isolab-pod-" + id_), ignored);
  }
}

TEST_F(Limits, AContainerWithoutALimitCanGetOne) {
  start(json::object());
  const auto output = update({"--memory", kMebibytes64, "--pids-limit", "30"});
  ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  EXPECT_EQ(memory(), kMebibytes64);
  EXPECT_EQ(processes(), "30");
}

TEST_F(Limits, AnUpdateThatTheKernelRefusesFails) {
  start({{"cpu", {{"quota", 50000}, {"period", 100000}}}});
  EXPECT_NE(update({"--cpu-period", "5"}).status.shell_code(), 0);
  EXPECT_THAT(value("cpu.cfs_period_us", "cpu.max"), HasSubstr("100000"));
}

TEST_F(Limits, StatisticsHaveRuncsShape) {
  start({{"memory", {{"limit", 67108864}}}, {"pids", {{"limit", 50}}}, {"cpu", {{"shares", 512}}}},
        "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 100");
  const auto output = verb({"events", "--stats", id_});
  if (output.status.shell_code() != 0 && output.errors.find("unknown command events") != std::string::npos)
    GTEST_SKIP() << "this runtime has no events";
  const auto event = nlohmann::json::parse(output.text);
  EXPECT_EQ(event.at("type"), "stats");
  EXPECT_EQ(event.at("id"), id_);
  const auto& data = event.at("data");
  EXPECT_EQ(data.at("memory").at("usage").at("limit"), 67108864);
  EXPECT_GT(data.at("memory").at("usage").at("usage"), 0);
  EXPECT_EQ(data.at("pids").at("limit"), 50);
  EXPECT_GE(data.at("pids").at("current"), 1);
  EXPECT_GT(data.at("cpu").at("usage").at("total"), 0);
  for (const char* part : {"blkio", "hugetlb", "cpuset"})
    EXPECT_TRUE(data.contains(part)) << part;
}

TEST_F(Limits, EventsTellOfMemoryThatRanOut) {
  start(kScarce, kGreedy);
  const auto output = events_until("5");
  if (output.errors.find("unknown command events") != std::string::npos)
    GTEST_SKIP() << "this runtime has no events";
  EXPECT_THAT(output.text, HasSubstr(R"("type":"oom")"));
  EXPECT_THAT(output.text, HasSubstr(R"("type":"stats")"));
}

TEST_F(Limits, WhatDoesNotRunHasNoStatistics) {
  start(json::object(), "true");
  wait_for_status("stopped");
  EXPECT_NE(verb({"events", "--stats", id_}).status.shell_code(), 0);
}

// What only mini-runtime promises.
class OurLimits : public Limits {
 protected:
  void SetUp() override {
    Limits::SetUp();
    if (!ours()) GTEST_SKIP() << "only mini-runtime promises this";
  }
};

TEST_F(OurLimits, ARefusedUpdateChangesNothingAtAll) {
  bundle_.leave_groups_out();
  start({{"memory", {{"limit", 67108864}}}});
  const std::string before = verb({"state", id_}).text;
  // The cpu group is new, its period refused (EINVAL); memory would come after it.
  const auto output =
      update({"--memory", "128m", "--pids-limit", "9", "--cpu-shares", "99", "--cpu-period", "5"});
  EXPECT_THAT(output.errors, HasSubstr("linux.resources.cpu.period"));
  EXPECT_EQ(memory(), kMebibytes64);
  EXPECT_FALSE(sys::exists("/sys/fs/cgroup/cpu/mini-runtime/" + id_)) << "the group stayed";
  EXPECT_FALSE(sys::exists("/sys/fs/cgroup/pids/mini-runtime/" + id_)) << "the group stayed";
  EXPECT_EQ(verb({"state", id_}).text, before);
  // Memory is written before pids: 4 GiB of pids is refused after memory went up, which must come down again.
  EXPECT_NE(update({"--memory", "128m", "--pids-limit", "9999999999"}).status.shell_code(), 0);
  EXPECT_EQ(memory(), kMebibytes64);
}

TEST_F(OurLimits, MistakesAreNamedBeforeAnythingIsWritten) {
  start({{"memory", {{"limit", 67108864}}}});
  EXPECT_THAT(update({"--memory", "many"}).errors,
              HasSubstr("linux.resources.memory.limit: expected an integer, got \"many\""));
  EXPECT_THAT(update({"--memory", "32m", "--memory-swap", "16m"}).errors,
              HasSubstr("linux.resources.memory.swap"));
  EXPECT_THAT(update({}).errors, HasSubstr("no limit is named"));
  const std::string file = bundle_.path() + "/resources.json";
  sys::replace_file(file, R"({"devices": [{"allow": true, "access": "rwm"}]})");
  EXPECT_THAT(update({"-r", file}).errors, HasSubstr("linux.resources.devices"));
  sys::replace_file(file, "[]");
  EXPECT_THAT(update({"-r", file}).errors, HasSubstr("expected an object"));
  EXPECT_THAT(update({"-r", file, "--memory", "1g"}).errors, HasSubstr("--resources"));
  EXPECT_EQ(memory(), kMebibytes64);
}

TEST_F(OurLimits, ALaterUpdateBuildsOnTheEarlier) {
  start({{"memory", {{"limit", 67108864}}}});
  ASSERT_EQ(update({"--memory", "32m", "--memory-swap", "48m"}).status.shell_code(), 0);
  // Above the swap of the first update, though not above that of the document.
  EXPECT_THAT(update({"--memory", "64m"}).errors, HasSubstr("linux.resources.memory.swap"));
  EXPECT_EQ(update({"--memory", "40m"}).status.shell_code(), 0);
  EXPECT_EQ(update({"--memory", "-1"}).status.shell_code(), 0) << "no limit on memory lifts that on swap";
}

TEST_F(OurLimits, CheckBeforeUpdateRefusesWhatIsInUse) {
  start({{"memory", {{"limit", 67108864}}}}, "head -c 20m /dev/zero > /tmp/fill; sleep 100");
  const std::string file = bundle_.path() + "/resources.json";
  for (int tries = 0; tries < 100 && !sys::exists(group("memory")); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  sys::replace_file(file, R"({"memory": {"limit": 4194304, "checkBeforeUpdate": true}})");
  EXPECT_THAT(update({"-r", file}).errors, HasSubstr("linux.resources.memory.limit: the container uses"));
  EXPECT_EQ(memory(), kMebibytes64);
}

TEST_F(OurLimits, EventsEndWithTheContainer) {
  start(kScarce, kGreedy);
  EXPECT_EQ(events_until("20").status.shell_code(), 0);
  EXPECT_EQ(status(), "stopped");
}

TEST_F(OurLimits, DeleteFindsTheGroupsThatAnUpdateMade) {
  start(json::object());
  ASSERT_EQ(update({"--memory", "64m"}).status.shell_code(), 0);
  const std::string path = group("memory");
  EXPECT_TRUE(sys::exists(path));
  EXPECT_EQ(verb({"delete", "--force", id_}).status.shell_code(), 0);
  EXPECT_FALSE(sys::exists(path));
}

}  // namespace
