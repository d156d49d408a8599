// The states of a container, and the verbs that lead from one to the next.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using ::testing::HasSubstr;

class States : public e2e::Containers {
 protected:
  std::string state(const std::string& name) const {
    return mini({"inspect", "-f", "{{.State.Status}}", name}).out;
  }
};

TEST_F(States, ACreatedContainerStartsLater) {
  const std::string id = created({"--name", "later", "busybox", "sh", "-c", "echo ran; exit 3"});
  EXPECT_EQ(state("later"), "created\n");
  EXPECT_EQ(mini({"ps", "-q"}).out, "");
  EXPECT_EQ(leaks(), "") << "nothing of it is in the kernel, and it is no remainder";
  EXPECT_EQ(state("later"), "created\n") << "the next command leaves it alone";
  const Result started = mini({"start", "-a", "later"});
  EXPECT_EQ(started.out, "ran\n");
  EXPECT_EQ(started.code, 3);
  EXPECT_EQ(state("later"), "exited\n");
  EXPECT_EQ(mini({"start", "later"}).out, "later\n");
  EXPECT_EQ(mini({"wait", "later"}).out, "3\n");
  EXPECT_EQ(mini({"logs", "later"}).out, "ran\nran\n");
}

TEST_F(States, StartGivesStandardInputOnlyToOneMadeForIt) {
  created({"-i", "--name", "reader", "busybox", "cat"});
  EXPECT_EQ(mini({"start", "-ai", "reader"}, "typed").out, "typed");
  created({"--name", "deaf", "busybox", "cat"});
  EXPECT_EQ(mini({"start", "-i", "deaf"}, "typed").out, "");
  EXPECT_EQ(mini({"start", "-a", "reader", "deaf"}).code, 1) << "one at a time";
  detached({"--name", "busy", "busybox", "sleep", "100"});
  EXPECT_EQ(mini({"start", "busy"}).code, 0) << "it runs already, which is what was wanted";
}

TEST_F(States, AContainerWhoseProgramIsMissingStaysCreated) {
  EXPECT_EQ(run_container({"--name", "wrong", "busybox", "nosuch"}).code, 127);
  EXPECT_EQ(state("wrong"), "created\n");
  EXPECT_EQ(inspect("wrong")["State"]["ExitCode"], 127);
  EXPECT_THAT(inspect("wrong")["State"]["Error"].get<std::string>(), HasSubstr("nosuch"));
  EXPECT_EQ(mini({"start", "wrong"}).code, 1);
  EXPECT_EQ(leaks(), "");
  EXPECT_EQ(mini({"rm", "wrong"}).code, 0);
}

TEST_F(States, TwoStartsAtOnceAreOne) {
  created({"--name", "wanted", "busybox", "sleep", "100"});
  const std::string program = ISOLAB_BIN "/mini-container";
  constexpr std::size_t kStarts = 6;
  std::vector<sys::Child> starts;
  starts.reserve(kStarts);
  while (starts.size() < kStarts)
    starts.push_back(sys::spawn({program, "--root", root_, "start", "wanted"}, {}));
  for (sys::Child& start : starts)
    EXPECT_EQ(start.wait().shell_code(), 0);
  EXPECT_EQ(state("wanted"), "running\n");
  EXPECT_EQ(mini({"rm", "-f", "wanted"}).code, 0);
  EXPECT_EQ(leaks(), "");
}

TEST_F(States, RestartKeepsTheFilesAndChangesTheProcess) {
  detached({"--name", "again", "busybox", "sh", "-c", "echo x >>/runs; exec sleep 100"});
  const auto pid = inspect("again")["State"]["Pid"];
  EXPECT_EQ(mini({"restart", "-t", "0", "again"}).out, "again\n");
  EXPECT_NE(inspect("again")["State"]["Pid"], pid);
  EXPECT_TRUE(e2e::eventually([&] { return mini({"exec", "again", "cat", "/runs"}).out == "x\nx\n"; }));
  EXPECT_EQ(mini({"kill", "again"}).code, 0);
  mini({"wait", "again"});
  EXPECT_EQ(mini({"restart", "again"}).code, 0) << "one that has ended is started";
  EXPECT_EQ(state("again"), "running\n");
}

TEST_F(States, StopAsksWithTheSignalThatWasNamed) {
  detached({"--name", "asked", "busybox", "sh", "-c",
            "trap 'exit 4' USR1; echo ready; while :; do sleep 0.1; done"});
  ASSERT_TRUE(e2e::eventually([&] { return mini({"logs", "asked"}).out == "ready\n"; }));
  EXPECT_EQ(mini({"stop", "-s", "USR1", "asked"}).code, 0);
  EXPECT_EQ(inspect("asked")["State"]["ExitCode"], 4);
  EXPECT_EQ(mini({"stop", "asked"}).code, 0) << "it has stopped, which is what was wanted";
}

TEST_F(States, APausedContainerStandsStillAndIsStoppedAndRemovedAllTheSame) {
  detached({"--name", "still", "busybox", "sh", "-c", "while :; do echo tick; sleep 0.01; done"});
  EXPECT_EQ(mini({"pause", "still"}).out, "still\n");
  EXPECT_EQ(state("still"), "paused\n");
  EXPECT_THAT(mini({"ps"}).out, HasSubstr("(Paused)"));
  EXPECT_THAT(mini({"pause", "still"}).err, HasSubstr("already paused"));
  EXPECT_THAT(mini({"exec", "still", "true"}).err, HasSubstr("is paused, unpause the container before exec"));
  const std::string before = mini({"logs", "still"}).out;
  ::usleep(200'000);
  EXPECT_EQ(mini({"logs", "still"}).out, before);
  EXPECT_EQ(mini({"unpause", "still"}).code, 0);
  EXPECT_THAT(mini({"unpause", "still"}).err, HasSubstr("is not paused"));
  EXPECT_TRUE(e2e::eventually([&] { return mini({"logs", "still"}).out.size() > before.size(); }));
  mini({"pause", "still"});
  EXPECT_EQ(mini({"rm", "still"}).code, 1);
  EXPECT_EQ(mini({"stop", "-t", "1", "still"}).code, 0);
  EXPECT_EQ(state("still"), "exited\n");
  EXPECT_THAT(mini({"pause", "still"}).err, HasSubstr("is not running"));
  mini({"start", "still"});
  mini({"pause", "still"});
  EXPECT_EQ(mini({"rm", "-f", "still"}).code, 0);
  EXPECT_EQ(leaks(), "");
}

TEST_F(States, APausedContainerThatLosesItsGuardianIsTakenDown) {
  const std::string id = detached({"--name", "orphan", "busybox", "sleep", "1000"});
  ASSERT_EQ(mini({"pause", "orphan"}).code, 0);
  EXPECT_EQ(e2e::run({"pkill", "-KILL", "-f", "container-monitor id=" + id}).code, 0);
  EXPECT_TRUE(e2e::eventually([&] { return !leaks().empty(); }));
  EXPECT_EQ(mini({"ps"}).code, 0);
  EXPECT_EQ(leaks(), "");
}

TEST_F(States, RenameMovesTheNameOfARunningContainer) {
  const std::string id = detached({"--name", "before", "busybox", "sleep", "100"});
  created({"--name", "other", "busybox", "true"});
  EXPECT_EQ(mini({"rename", "before", "after"}).code, 0);
  EXPECT_EQ(inspect("after")["Id"], id);
  EXPECT_EQ(mini({"inspect", "before"}).code, 1);
  EXPECT_THAT(mini({"rename", "after", "other"}).err, HasSubstr("in use"));
  EXPECT_THAT(mini({"rename", "after", "after"}).err, HasSubstr("same name"));
  EXPECT_EQ(mini({"rename", "after", "no/name"}).code, 1);
  EXPECT_EQ(mini({"rename", "nosuch", "free"}).code, 1);
  EXPECT_EQ(run_container({"--rm", "--name", "before", "busybox", "true"}).code, 0) << "the old name is free";
  EXPECT_EQ(mini({"stop", "-t", "0", "after"}).code, 0);
  EXPECT_EQ(inspect("after")["State"]["ExitCode"], 137) << "its guardian kept the new name";
}

TEST_F(States, RmTakesVolumesWithoutANameOnlyWhenAsked) {
  const auto volumes = [&] {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(root_ + "/store/volumes"))
      ++count;
    return count;
  };
  EXPECT_EQ(run_container({"--name", "one", "-v", "/data", "-v", "kept:/kept", "busybox", "true"}).code, 0);
  EXPECT_EQ(volumes(), 2U);
  EXPECT_EQ(mini({"rm", "one"}).code, 0);
  EXPECT_EQ(volumes(), 2U);
  EXPECT_EQ(run_container({"--name", "two", "-v", "/data", "-v", "kept:/kept", "busybox", "true"}).code, 0);
  EXPECT_EQ(mini({"rm", "-v", "two"}).code, 0);
  EXPECT_EQ(volumes(), 2U);
  EXPECT_EQ(run_container({"--rm", "-v", "/data", "-v", "kept:/kept", "busybox", "true"}).code, 0);
  EXPECT_EQ(volumes(), 2U) << "--rm takes them, too, but never one that has a name";
}

TEST_F(States, VerbsTakeSeveralAndGoOnAfterAnError) {
  created({"--name", "one", "busybox", "sleep", "100"});
  created({"--name", "two", "busybox", "sh", "-c", "sleep 0.2; exit 6"});
  const Result started = mini({"start", "one", "nosuch", "two"});
  EXPECT_EQ(started.code, 1);
  EXPECT_EQ(started.out, "one\ntwo\n");
  EXPECT_THAT(started.err, HasSubstr("No such container: nosuch"));
  EXPECT_EQ(mini({"stop", "-t", "0", "one"}).code, 0);
  EXPECT_EQ(mini({"wait", "one", "two"}).out, "137\n6\n");
  EXPECT_EQ(mini({"rm", "nosuch", "one", "two"}).out, "one\ntwo\n");
}

TEST_F(States, APrefixThatFitsSeveralIdsIsRefused) {
  // One more than there are digits.
  std::map<char, int> first;
  for (int number = 0; number < 17; ++number)
    ++first[created({"busybox", "true"}).front()];
  for (const auto& [digit, count] : first) {
    if (count == 1) continue;
    EXPECT_THAT(mini({"rm", std::string(1, digit)}).err, HasSubstr("fits " + std::to_string(count)));
    return;
  }
  FAIL() << "seventeen ids cannot all begin differently";
}

}  // namespace
