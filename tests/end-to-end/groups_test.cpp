// What the engine asks of control groups, and reads from them, of whatever version the host has.
// Reads: cgroups(7).
#include <gmock/gmock.h>

#include "tests/end-to-end/containers.h"

namespace {

using ::testing::HasSubstr;

class Groups : public e2e::Containers {
 protected:
  std::string memory_and_processes() const {
    return mini({"stats", "--no-stream", "--format", "{{.MemUsage}}, {{.PIDs}}", "box"}).out;
  }
};

TEST_F(Groups, LimitsHoldAreShownAndChangeWhileItRuns) {
  detached({"--name", "box", "--network", "none", "--memory", "64m", "--cpus", "0.5", "--pids-limit", "50",
            "busybox", "sh", "-c", "echo begun; exec sleep 1000"});
  EXPECT_TRUE(e2e::eventually([&] { return mini({"logs", "box"}).out == "begun\n"; }));
  EXPECT_THAT(memory_and_processes(), HasSubstr(" / 64MiB, 1\n"));
  EXPECT_THAT(mini({"top", "box"}).out, HasSubstr("sleep 1000"));
  EXPECT_EQ(mini({"update", "--memory", "128m", "--memory-swap", "128m", "box"}).code, 0);
  EXPECT_THAT(memory_and_processes(), HasSubstr(" / 128MiB, 1\n"));
  EXPECT_EQ(mini({"kill", "box"}).code, 0);
  EXPECT_EQ(mini({"wait", "box"}).out, "137\n");
  EXPECT_EQ(mini({"rm", "box"}).code, 0);
  EXPECT_EQ(leaks(), "");
}

TEST_F(Groups, APausedOneStandsStillUntilItIsToldToGoOnOrEnd) {
  detached({"--name", "box", "--network", "none", "busybox", "sleep", "1000"});
  const auto state = [&] { return mini({"inspect", "-f", "{{.State.Status}}", "box"}).out; };
  EXPECT_EQ(mini({"pause", "box"}).code, 0);
  EXPECT_EQ(state(), "paused\n");
  EXPECT_THAT(mini({"exec", "box", "true"}).err, HasSubstr("is paused"));
  EXPECT_EQ(mini({"unpause", "box"}).code, 0);
  EXPECT_EQ(mini({"exec", "box", "true"}).code, 0);
  EXPECT_EQ(mini({"pause", "box"}).code, 0);
  EXPECT_EQ(mini({"rm", "-f", "box"}).code, 0);
  EXPECT_EQ(leaks(), "");
}

TEST_F(Groups, AKilledMonitorsContainerIsTakenDownWithItsGroup) {
  const std::string id = detached({"--name", "box", "--network", "none", "busybox", "sleep", "1000"});
  EXPECT_EQ(e2e::run({"pkill", "-KILL", "-f", "container-monitor id=" + id}).code, 0);
  EXPECT_TRUE(e2e::eventually([&] { return !leaks().empty(); }));
  mini({"ps"});
  EXPECT_EQ(leaks(), "");
}

}  // namespace
