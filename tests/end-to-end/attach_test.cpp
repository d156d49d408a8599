// `attach`, and what else connects a user to a container whose guardian is another process.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/screen.h"

namespace {

using e2e::eventually;
using e2e::kSmall;
using e2e::Result;
using e2e::Screen;
using ::testing::HasSubstr;

constexpr char kDetach[] = "\x10\x11";  // ctrl-p, ctrl-q

class Attach : public e2e::Containers {
 protected:
  std::vector<std::string> command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {ISOLAB_BIN "/mini-container", "--root", root_});
    return arguments;
  }
  bool is(const std::string& state, const std::string& name) const {
    return eventually([&] {
      const Result found = mini({"inspect", "-f", "{{.State.Status}}", name});
      return found.code == 0 && found.out == state + "\n";
    });
  }
};

TEST_F(Attach, TheDetachKeysLeaveAContainerThatRunsOnAndAttachComesBack) {
  Screen first(run_command({"-it", "--name", "shell", "busybox", "sh"}), kSmall);
  ASSERT_TRUE(first.shows("#")) << first.rest();
  first.type("X=kept; stty size\r");
  EXPECT_TRUE(first.shows("24 80")) << first.rest();
  first.type(kDetach);
  EXPECT_EQ(first.end(), 0) << first.rest();
  EXPECT_TRUE(is("running", "shell"));
  Screen again(command({"attach", "shell"}), {33, 99, 0, 0});
  again.type("echo $X; stty size\r");
  EXPECT_TRUE(again.shows("kept")) << again.rest();
  EXPECT_TRUE(again.shows("33 99")) << again.rest();
  again.type(kDetach);
  EXPECT_EQ(again.end(), 1);
  EXPECT_THAT(again.rest(), HasSubstr("read escape sequence"));
  Screen last(command({"attach", "--detach-keys", "ctrl-x,x", "shell"}), kSmall);
  // The default keys are the program's then; in busybox they mean the line before, and nothing.
  last.type("\x18y");
  last.type("\rexit 5\r");
  EXPECT_EQ(last.end(), 5);
  EXPECT_TRUE(is("exited", "shell"));
  EXPECT_EQ(inspect("shell")["State"]["ExitCode"], 5);
}

TEST_F(Attach, AnExecCanBeLeftToo) {
  detached({"--name", "box", "--network", "none", "busybox", "sleep", "1000"});
  Screen shell(command({"exec", "-it", "box", "sh"}), kSmall);
  ASSERT_TRUE(shell.shows("#")) << shell.rest();
  shell.type("stty size; echo $$ >/pid; echo done-$((40+2))\r");
  EXPECT_TRUE(shell.shows("24 80")) << shell.rest();
  EXPECT_TRUE(shell.shows("done-42")) << shell.rest();
  shell.type(kDetach);
  EXPECT_EQ(shell.end(), 1);
  EXPECT_THAT(shell.rest(), HasSubstr("read escape sequence"));
  EXPECT_EQ(mini({"exec", "box", "sh", "-c", "kill -0 $(cat /pid)"}).code, 0) << "it runs on";
  Screen other(command({"exec", "-it", "--detach-keys", "ctrl-x,x", "box", "sh"}), kSmall);
  ASSERT_TRUE(other.shows("#")) << other.rest();
  other.type("exit 7\r");
  EXPECT_EQ(other.end(), 7);
  const auto ended = [&] {
    return mini({"events", "--since", "1h", "--until", "0s", "-f", "event=exec_die", "--format",
                 "{{.Actor.Attributes.exitCode}}"})
        .out;
  };
  EXPECT_TRUE(eventually([&] { return ended() == "0\n7\n"; })) << ended();
  EXPECT_EQ(mini({"rm", "-f", "box"}).code, 0);
  EXPECT_TRUE(eventually([&] { return leaks().empty(); })) << "the guardian of the first has ended with it";
  EXPECT_EQ(run_container({"--name", "quick", "-d", "busybox", "sleep", "1000"}).code, 0);
  Screen wrong(command({"exec", "-it", "quick", "nosuch"}), kSmall);
  EXPECT_EQ(wrong.end(), 127);
  EXPECT_THAT(wrong.rest(), HasSubstr("nosuch"));
}

TEST_F(Attach, AllWhoAreAttachedSeeAndMayType) {
  detached({"-it", "--name", "shell", "busybox", "sh"});
  Screen one(command({"attach", "shell"}), kSmall), other(command({"attach", "shell"}), kSmall);
  ASSERT_TRUE(one.shows("#")) << one.rest();
  ASSERT_TRUE(other.shows("#")) << other.rest();
  one.type("echo from-$((40+2))\r");
  EXPECT_TRUE(one.shows("from-42"));
  EXPECT_TRUE(other.shows("from-42"));
  other.type("echo also-$((40+3))\r");
  EXPECT_TRUE(one.shows("also-43"));
  one.kill();
  other.type("echo alone-$((40+4))\r");
  EXPECT_TRUE(other.shows("alone-44")) << "the death of one is nothing to the other";
  other.type("exit 3\r");
  EXPECT_EQ(other.end(), 3);
  EXPECT_THAT(mini({"logs", "shell"}).out, HasSubstr("alone-44")) << "and the log has all of it";
}

TEST_F(Attach, StreamsStayApartWithoutATerminal) {
  detached({"-i", "--name", "pipes", "busybox", "sh", "-c",
            "read a; echo out-$a; echo err-$a >&2; read b; exit 4"});
  const Result result = e2e::run(command({"attach", "pipes"}), "one\ntwo\n");
  EXPECT_EQ(result.out, "out-one\n");
  EXPECT_EQ(result.err, "err-one\n");
  EXPECT_EQ(result.code, 4);
}

TEST_F(Attach, TheEndOfOnesInputIsNotTheEndOfTheContainers) {
  detached({"-i", "--name", "cat", "busybox", "cat"});
  Screen watcher(command({"attach", "--no-stdin", "cat"}), kSmall);
  Screen typing({"/bin/sh", "-c",
                 "echo first | timeout 1 " ISOLAB_BIN "/mini-container --root " + root_ +
                     " attach --sig-proxy=false cat"},
                kSmall);
  EXPECT_TRUE(watcher.shows("first")) << watcher.rest();
  typing.end();
  EXPECT_TRUE(is("running", "cat"));
}

TEST_F(Attach, CarriesALargeStreamWholeBothWays) {
  constexpr std::size_t kBytes = 3'000'000;
  detached({"-i", "--name", "cat", "busybox", "sh", "-c", "head -c 3000000"});
  const Result result = e2e::run(
      {"/bin/sh", "-c",
       "head -c 3000000 /dev/zero | " ISOLAB_BIN "/mini-container --root " + root_ + " attach cat | cksum"});
  EXPECT_EQ(result.out, e2e::run({"/bin/sh", "-c", "head -c 3000000 /dev/zero | cksum"}).out) << kBytes;
}

TEST_F(Attach, SignalsArePassedOnUnlessToldNotTo) {
  detached(
      {"--name", "trap", "busybox", "sh", "-c", "trap 'echo got; exit 9' TERM; while :; do sleep 0.1; done"});
  const auto attach = [&](const std::string& more) {
    return e2e::run(
        {"/bin/sh", "-c",
         "timeout -s TERM 1 " ISOLAB_BIN "/mini-container --root " + root_ + " attach " + more + " trap"});
  };
  EXPECT_EQ(attach("--sig-proxy=false").out, "");
  EXPECT_TRUE(is("running", "trap"));
  EXPECT_EQ(attach("").out, "got\n");
  EXPECT_TRUE(is("exited", "trap"));
  EXPECT_EQ(inspect("trap")["State"]["ExitCode"], 9);
}

TEST_F(Attach, RefusesWhatDoesNotRun) {
  created({"--name", "made", "busybox", "true"});
  const Result stopped = mini({"attach", "made"});
  EXPECT_EQ(stopped.code, 1);
  EXPECT_THAT(stopped.err, HasSubstr("You cannot attach to a stopped container, start it first"));
  detached({"--name", "ice", "busybox", "sleep", "1000"});
  EXPECT_EQ(mini({"pause", "ice"}).code, 0);
  EXPECT_THAT(mini({"attach", "ice"}).err,
              HasSubstr("You cannot attach to a paused container, unpause it first"));
  EXPECT_EQ(mini({"attach", "--detach-keys", "ctrl-", "ice"}).code, 1);
}

TEST_F(Attach, AContainerWhoseUserIsKilledRunsOn) {
  Screen user(run_command({"-it", "--rm", "--name", "shell", "busybox", "sh"}), kSmall);
  ASSERT_TRUE(user.shows("#"));
  user.kill();
  EXPECT_TRUE(is("running", "shell"));
  Screen next(command({"attach", "shell"}), kSmall);
  next.type("exit 6\r");
  EXPECT_EQ(next.end(), 6);
  EXPECT_TRUE(eventually([&] { return mini({"ps", "-aq"}).out.empty(); }));
}

TEST_F(Attach, HearsWhenTheGuardianIsKilled) {
  detached({"-it", "--name", "shell", "busybox", "sh"});
  Screen user(command({"attach", "shell"}), kSmall);
  ASSERT_TRUE(user.shows("#"));
  e2e::run({"/bin/sh", "-c",
            "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>&- | grep -q '^[^ ]*container-monitor id=" +
                inspect("shell")["Id"].get<std::string>() + "' && kill -9 ${p#/proc/}; done"});
  EXPECT_EQ(user.end(), 137);
  EXPECT_TRUE(is("exited", "shell"));
}

TEST_F(Attach, StartCanBeLeftToo) {
  created({"-it", "--name", "shell", "busybox", "sh"});
  Screen user(command({"start", "-ai", "--detach-keys", "ctrl-a", "shell"}), kSmall);
  ASSERT_TRUE(user.shows("#")) << user.rest();
  user.type("\x01");
  EXPECT_EQ(user.end(), 0);
  EXPECT_TRUE(is("running", "shell"));
}

TEST_F(Attach, TheForegroundCanBeWatchedFromElsewhere) {
  Screen user(run_command({"-i", "--name", "cat", "busybox", "cat"}), kSmall);
  ASSERT_TRUE(is("running", "cat"));
  Screen watcher(command({"attach", "--no-stdin", "cat"}), kSmall);
  EXPECT_TRUE(eventually([&] {
    user.type("hello\r");
    return watcher.shows("hello", 200);
  }));
  struct stat socket {};
  for (const auto& entry : std::filesystem::directory_iterator(root_ + "/run/tty")) {
    ASSERT_EQ(::stat(entry.path().c_str(), &socket), 0);
    EXPECT_EQ(socket.st_mode & 0177, 0U) << "the owner alone: " << entry.path();
  }
}

TEST_F(Attach, WhoDoesNotReadDoesNotKeepAnEndedContainer) {
  detached({"-i", "--name", "flood", "busybox", "sh", "-c", "read go; yes | head -c 2000000"});
  Screen stuck({"/bin/sh", "-c",
                "(echo go; sleep 1000) | " ISOLAB_BIN "/mini-container --root " + root_ +
                    " attach flood | sleep 1000"},
               kSmall);
  const std::string log = inspect("flood")["LogPath"];
  const auto size = [&] { return std::filesystem::exists(log) ? std::filesystem::file_size(log) : 0; };
  EXPECT_TRUE(eventually([&] {
    const auto before = size();
    ::usleep(300'000);
    return before > 0 && size() == before;
  })) << "pipes and socket are full, and the program waits";
  EXPECT_EQ(mini({"kill", "flood"}).code, 0);
  EXPECT_TRUE(is("exited", "flood")) << "two seconds for the last words, then it is over";
}

}  // namespace
