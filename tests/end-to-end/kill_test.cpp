// For every call that can change the machine, and every k: the command line is killed (SIGKILL) at the k-th, by
// strace(1), which sees all calls and not only those of our seam. The next command, whichever it is, must find and mend what was left.
// Random moments miss the narrow ones: an address file was once made in one call and signed in the next.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/end-to-end/containers.h"

namespace {

using e2e::Containers;
using e2e::Result;

// Calls that make, name, send, remove or start something. strace counts each name for itself.
constexpr const char* kChanging[] = {"mkdir",    "symlinkat", "openat", "rename",     "unlink",
                                     "unlinkat", "write",     "flock",  "mount",      "umount2",
                                     "fsopen",   "unshare",   "setns",  "socket",     "sendmsg",
                                     "pipe2",    "clone3",    "waitid", "pidfd_open", "poll"};
constexpr int kRuntimeFailed = 125;
constexpr int kKilled = 128 + 9;

class Kill : public Containers {
 protected:
  void SetUp() override {
    Containers::SetUp();
    if (!IsSkipped() && e2e::run({"strace", "-qq", "-o", "/dev/null", "true"}).code != 0)
      GTEST_SKIP() << "strace cannot trace here";
  }

  // Runs with SIGKILL at the k-th `call` of the command line (or, with `of_runtime`, of the OCI runtime it starts).
  Result killed_at(const std::string& call, int which, const std::vector<std::string>& arguments) const {
    const std::string inject = "inject=" + call + ":signal=SIGKILL:when=" + std::to_string(which);
    if (of_runtime_) {
      write_wrapper(inject);
      std::vector<std::string> command = {"--runtime", root_ + "/runtime"};
      command.insert(command.end(), arguments.begin(), arguments.end());
      return run_container(command);
    }
    return e2e::run(traced(inject, run_command(arguments)));
  }

  static std::vector<std::string> traced(const std::string& inject, const std::vector<std::string>& run) {
    std::vector<std::string> command = {"strace", "-qq", "-o", "/dev/null", "-e", inject};
    command.insert(command.end(), run.begin(), run.end());
    return command;
  }

  // A runtime that dies in the middle of `create` or `start`, and is whole again for the clean-up.
  void write_wrapper(const std::string& inject) const {
    const std::string path = root_ + "/runtime";
    std::ofstream(path) << "#!/bin/sh\ncase \"$*\" in\n"
                        << "*' create '* | *' start '*) exec strace -qq -o /dev/null -e " << inject
                        << " " ISOLAB_BIN
                        << "/mini-runtime \"$@\" ;;\n*) exec " ISOLAB_BIN "/mini-runtime \"$@\" ;;\nesac\n";
    ::chmod(path.c_str(), 0755);
  }

  // How often the command makes `call`, having been killed at each.
  int kill_at_every(const std::string& call, const std::vector<std::string>& arguments) {
    constexpr int kMost = 1000;
    for (int which = 1; which < kMost; ++which) {
      const Result result = killed_at(call, which, arguments);
      const bool clean = e2e::eventually([&] {
        mini({"ps"});
        return leaks().empty();
      });
      EXPECT_TRUE(clean) << "killed at " << call << " number " << which << "\n" << leaks();
      if (!clean || result.code == 0) return which - 1;
      EXPECT_EQ(result.code, of_runtime_ ? kRuntimeFailed : kKilled) << result.err;
    }
    ADD_FAILURE() << "the command never came to its end";
    return kMost;
  }

  void kill_at_every_call_of(const std::vector<std::string>& arguments) {
    constexpr int kFewest = 50;
    int kills = 0;
    for (const char* call : kChanging) {
      kills += kill_at_every(call, arguments);
      ASSERT_FALSE(HasFailure()) << call;
    }
    RecordProperty("kills", kills);
    EXPECT_GT(kills, kFewest) << "so few calls cannot run a container";
  }

  bool of_runtime_ = false;
};

TEST_F(Kill, LeavesNothingAtAnyCallInTheForeground) {
  kill_at_every_call_of({"--rm", "busybox", "true"});
}

TEST_F(Kill, LeavesNothingAtAnyCallOfTheRuntime) {
  if (std::getenv("RUNTIME") != nullptr) GTEST_SKIP() << "this kills mini-runtime, not another";
  of_runtime_ = true;
  kill_at_every_call_of({"--rm", "busybox", "true"});
}

TEST_F(Kill, LeavesNothingAtAnyCallOfTheStartOfADetachedOne) {
  kill_at_every_call_of({"--rm", "-d", "busybox", "true"});
}

// Killed at any call, the container has its old name or its new one, and the other is free.
TEST_F(Kill, LeavesOneNameAtAnyCallOfARename) {
  created({"--name", "old", "busybox", "true"});
  const std::string program = ISOLAB_BIN "/mini-container";
  int kills = 0;
  for (const char* call : {"openat", "flock", "rename", "write", "readlink", "readlinkat"}) {
    for (int which = 1; which < 1000; ++which) {
      const auto command =
          traced("inject=" + std::string(call) + ":signal=SIGKILL:when=" + std::to_string(which),
                 {program, "--root", root_, "rename", "old", "new"});
      const bool done = e2e::run(command).code == 0;
      mini({"ps"});
      ASSERT_EQ(leaks(), "") << call << " number " << which;
      const std::string name = mini({"ps", "-a", "--format", "{{.Names}}"}).out;
      const bool renamed = name == "new\n";
      ASSERT_TRUE(renamed || name == "old\n") << name;
      ASSERT_FALSE(done && !renamed);
      ASSERT_EQ(mini({"inspect", "old"}).code, renamed ? 1 : 0);
      ASSERT_EQ(mini({"inspect", "new"}).code, renamed ? 0 : 1);
      if (renamed) {
        ASSERT_EQ(mini({"rename", "new", "old"}).code, 0);
      }
      if (done) break;
      ++kills;
    }
  }
  EXPECT_GT(kills, 10);
}

// Killed at any call, a volume is there and whole, or not there at all.
TEST_F(Kill, LeavesVolumesWholeOrGone) {
  const std::string program = ISOLAB_BIN "/mini-container", volumes = root_ + "/store/volumes";
  int kills = 0;
  const auto kill_at_each = [&](const std::vector<std::string>& words, const std::function<void()>& before) {
    for (const char* call : {"mkdir", "rename", "write", "unlinkat", "flock"}) {
      for (int which = 1; which < 100; ++which) {
        before();
        std::vector<std::string> command = {program, "--root", root_};
        command.insert(command.end(), words.begin(), words.end());
        const std::string inject =
            "inject=" + std::string(call) + ":signal=SIGKILL:when=" + std::to_string(which);
        const bool done = e2e::run(traced(inject, command)).code == 0;
        mini({"ps"});
        ASSERT_EQ(leaks(), "") << call << " number " << which;
        if (std::filesystem::exists(volumes + "/data")) {
          ASSERT_EQ(mini({"volume", "inspect", "-f", "{{.Labels.a}}", "data"}).out, "b\n");
        }
        for (const auto& entry : std::filesystem::directory_iterator(volumes))
          ASSERT_EQ(entry.path().filename(), "data");
        if (done) break;
        ++kills;
      }
    }
  };
  kill_at_each({"volume", "create", "--label", "a=b", "data"}, [&] { mini({"volume", "rm", "-f", "data"}); });
  kill_at_each({"volume", "rm", "data"}, [&] {
    mini({"volume", "create", "--label", "a=b", "data"});
    e2e::run({"touch", volumes + "/data/_data/one", volumes + "/data/_data/two"});
  });
  EXPECT_GT(kills, 10);
}

}  // namespace
