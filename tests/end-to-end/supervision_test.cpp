// What happens to a container while nobody looks: restart policies, logs, limits that change, what is counted.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "tests/end-to-end/containers.h"

namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class Supervision : public e2e::Containers {
 protected:
  std::string field(const std::string& name, const std::string& field) const {
    return mini({"inspect", "-f", "{{" + field + "}}", name}).out;
  }
  bool becomes(const std::string& name, const std::string& what, const std::string& value) const {
    return e2e::eventually([&] { return field(name, what) == value + "\n"; });
  }
  int pid_of(const std::string& name) const { return std::stoi(field(name, ".State.Pid")); }
};

TEST_F(Supervision, OnFailureStartsAgainAsOftenAsAskedFor) {
  detached({"--name", "failing", "--restart", "on-failure:2", "busybox", "sh", "-c", "echo x; exit 3"});
  EXPECT_TRUE(becomes("failing", ".State.Status", "exited"));
  EXPECT_EQ(field("failing", ".RestartCount"), "2\n");
  EXPECT_EQ(field("failing", ".State.ExitCode"), "3\n");
  EXPECT_EQ(mini({"logs", "failing"}).out, "x\nx\nx\n");
  detached({"--name", "fine", "--restart", "on-failure", "busybox", "true"});
  EXPECT_TRUE(becomes("fine", ".State.Status", "exited"));
  EXPECT_EQ(field("fine", ".RestartCount"), "0\n");
  EXPECT_EQ(leaks(), "");
}

TEST_F(Supervision, AlwaysStartsAgainUntilItIsStopped) {
  detached({"--name", "steady", "--restart", "always", "busybox", "sleep", "1000"});
  const int first = pid_of("steady");
  ::kill(first, SIGKILL);
  EXPECT_TRUE(e2e::eventually(
      [&] { return field("steady", ".State.Status") == "running\n" && pid_of("steady") != first; }));
  EXPECT_EQ(mini({"stop", "-t", "0", "steady"}).code, 0);
  ::usleep(300'000);
  EXPECT_EQ(field("steady", ".State.Status"), "exited\n");
  EXPECT_EQ(leaks(), "");
  EXPECT_EQ(mini({"start", "steady"}).code, 0);
  EXPECT_EQ(mini({"kill", "steady"}).code, 0);
  mini({"wait", "steady"});
  ::usleep(300'000);
  EXPECT_EQ(field("steady", ".State.Status"), "exited\n") << "kill is meant, too";
}

TEST_F(Supervision, AContainerThatWaitsForItsNextStartIsListedStoppedAndRemoved) {
  detached({"--name", "hasty", "--restart", "unless-stopped", "busybox", "false"});
  detached({"--name", "other", "--restart", "always", "busybox", "false"});
  // The third delay is 400 ms.
  EXPECT_TRUE(becomes("hasty", ".RestartCount", "3"));
  EXPECT_TRUE(becomes("hasty", ".State.Status", "restarting"));
  EXPECT_THAT(mini({"ps"}).out, HasSubstr("Restarting (1)"));
  EXPECT_EQ(leaks(), "");
  EXPECT_EQ(mini({"stop", "hasty"}).code, 0);
  EXPECT_EQ(field("hasty", ".State.Status"), "exited\n");
  EXPECT_EQ(mini({"rm", "other"}).code, 1);
  EXPECT_EQ(mini({"rm", "-f", "other", "hasty"}).code, 0);
  EXPECT_EQ(leaks(), "");
}

TEST_F(Supervision, AGuardianKilledBetweenTwoStartsLeavesNothing) {
  const std::string id = detached({"--name", "hasty", "--restart", "always", "busybox", "false"});
  EXPECT_TRUE(becomes("hasty", ".RestartCount", "3"));
  EXPECT_TRUE(becomes("hasty", ".State.Status", "restarting"));
  EXPECT_EQ(e2e::run({"pkill", "-KILL", "-f", "finish " + id}).code, 0);
  EXPECT_TRUE(e2e::eventually([&] { return !leaks().empty(); }));
  EXPECT_EQ(mini({"ps"}).code, 0);
  EXPECT_EQ(leaks(), "");
  EXPECT_EQ(field("hasty", ".State.Status"), "exited\n");
}

TEST_F(Supervision, ThePolicyHoldsForOneInTheForegroundAndCanBeChanged) {
  EXPECT_EQ(run_container({"--name", "seen", "--restart", "on-failure:1", "busybox", "false"}).code, 1);
  EXPECT_TRUE(becomes("seen", ".RestartCount", "1"));
  EXPECT_TRUE(becomes("seen", ".State.Status", "exited"));
  EXPECT_THAT(run_container({"--rm", "--restart", "always", "busybox", "true"}).err,
              HasSubstr("Conflicting options: --restart and --rm"));
  EXPECT_EQ(run_container({"--restart", "sometimes", "busybox", "true"}).code, 125);
  detached({"--name", "changed", "--restart", "always", "busybox", "sleep", "1000"});
  EXPECT_EQ(mini({"update", "--restart", "no", "changed"}).code, 0);
  ::kill(pid_of("changed"), SIGKILL);
  EXPECT_TRUE(becomes("changed", ".State.Status", "exited"));
}

TEST_F(Supervision, LogsAreShownFromAMomentOnOrOnlyTheirEnd) {
  EXPECT_EQ(run_container({"--name", "talker", "busybox", "sh", "-c", "echo one; echo two; echo three"}).code,
            0);
  EXPECT_EQ(mini({"logs", "--tail", "2", "talker"}).out, "two\nthree\n");
  EXPECT_EQ(mini({"logs", "-n", "0", "talker"}).out, "");
  EXPECT_EQ(mini({"logs", "--since", "10m", "talker"}).out, "one\ntwo\nthree\n");
  EXPECT_EQ(mini({"logs", "--since", "2099-01-01", "talker"}).out, "");
  EXPECT_EQ(mini({"logs", "--until", "2001-01-01T00:00:00Z", "talker"}).out, "");
  EXPECT_EQ(mini({"logs", "--tail", "few", "talker"}).code, 1);
  EXPECT_EQ(mini({"logs", "--since", "yesterday", "talker"}).code, 1);
}

TEST_F(Supervision, LogsAreRotatedAndFollowedAcrossFiles) {
  const std::string id = detached(
      {"--name", "talker", "--log-opt", "max-size=400", "--log-opt", "max-file=3", "busybox", "sh", "-c",
       "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo line $i; sleep 0.05; done"});
  std::string expected;
  for (int line = 1; line <= 20; ++line)
    expected += "line " + std::to_string(line) + "\n";
  EXPECT_EQ(mini({"logs", "-f", "talker"}).out, expected) << "whoever follows misses none";
  const std::string log = root_ + "/store/containers/" + id + "/log";
  for (const char* number : {"", ".1", ".2"})
    EXPECT_LE(std::filesystem::file_size(log + number), 400U) << number;
  EXPECT_FALSE(std::filesystem::exists(log + ".3"));
  const std::string kept = mini({"logs", "talker"}).out;
  EXPECT_THAT(kept, testing::EndsWith("line 19\nline 20\n"));
  EXPECT_EQ(kept, expected.substr(expected.size() - kept.size())) << "what is left is the end, without a gap";
  EXPECT_EQ(run_container({"--log-opt", "colour=red", "busybox", "true"}).code, 125);
}

TEST_F(Supervision, UpdateChangesTheLimitsOfWhatRunsAndOfTheNextStart) {
  detached({"--name", "limited", "-m", "64m", "busybox", "sleep", "1000"});
  EXPECT_EQ(mini({"update", "-m", "32m", "--cpus", "0.5", "--cpu-shares", "512", "--pids-limit", "20",
                  "--cpuset-cpus", "0", "limited"})
                .out,
            "limited\n");
  const std::string look =
      "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.shares pids/pids.max "
      "2>&- || "
      "cat memory.max cpu.max cpu.weight pids.max; nproc";
  const auto now = testing::AnyOf("33554432\n50000\n512\n20\n1\n", "33554432\n50000 100000\n50\n20\n1\n");
  EXPECT_THAT(mini({"exec", "limited", "sh", "-c", look}).out, now);
  EXPECT_EQ(mini({"restart", "-t", "0", "limited"}).code, 0);
  EXPECT_THAT(mini({"exec", "limited", "sh", "-c", look}).out, now);
  EXPECT_EQ(mini({"update", "--memory-swap", "16m", "limited"}).code, 1) << "less than the memory alone";
  EXPECT_EQ(mini({"update", "-m", "48m", "--memory-swap", "96m", "limited", "nosuch"}).code, 1);
  EXPECT_EQ(field("limited", ".HostConfig.Memory"), "50331648\n");
  EXPECT_EQ(mini({"update", "--cpuset-cpus", "9999", "limited"}).code, 1);
  EXPECT_EQ(inspect("limited")["HostConfig"]["CpusetCpus"], "0") << "what the kernel refused is not recorded";
}

TEST_F(Supervision, StatsCountWhatAContainerUses) {
  detached({"--name", "busy", "-m", "64m", "busybox", "sh", "-c", "while :; do :; done"});
  detached({"--name", "idle", "busybox", "sleep", "1000"});
  EXPECT_THAT(mini({"stats", "--no-stream"}).out,
              MatchesRegex("CONTAINER ID   NAME +CPU % +MEM USAGE / LIMIT +MEM % +NET I/O +BLOCK I/O +PIDS\n"
                           "(.*\n){2}"));
  const auto busy = nlohmann::json::parse(mini({"stats", "--no-stream", "--format", "json", "busy"}).out);
  EXPECT_GT(std::stod(busy["CPUPerc"].get<std::string>()), 1);
  EXPECT_THAT(busy["MemUsage"].get<std::string>(), MatchesRegex("[0-9.]+[KM]iB / 64MiB"));
  EXPECT_EQ(busy["PIDs"], "1");
  EXPECT_EQ(mini({"stats", "--no-stream", "--format", "{{.Name}} {{.CPUPerc}}", "idle"}).out, "idle 0.00%\n");
  EXPECT_EQ(mini({"stats", "--no-stream", "nosuch"}).code, 1);
}

}  // namespace
