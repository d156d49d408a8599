// `exec` and descriptors passed on, against whatever runtime $RUNTIME names. Reads: runc(8), sd_listen_fds(3).
#include <unistd.h>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing::Not;
using testing_bundle::Output;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

class Exec : public Runtime {
 protected:
  void start() {
    bundle_.write();
    const Output output = verb({"run", "--detach", "--bundle", bundle_.path(), id_});
    ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  }
  // `flags`, then the container, then a shell that runs `script`.
  Output exec(std::vector<std::string> flags, const std::string& script) {
    flags.insert(flags.begin(), "exec");
    for (const std::string& word : {id_, std::string("/bin/sh"), std::string("-c"), script})
      flags.push_back(word);
    return verb(flags);
  }
  // The runtime started by a shell, for redirections.
  Output shell(const std::string& script) {
    return testing_bundle::run_program({"/bin/bash", "-c", script, testing_bundle::runtime(), root_, id_});
  }

  Bundle bundle_{"sleep 100"};
};

TEST_F(Exec, AFileHoldsTheWholeProcess) {
  start();
  const std::string file = bundle_.path() + "/process.json";
  nlohmann::json process = bundle_.config["process"];
  process["args"] = {"/bin/sh", "-c", "echo $X; id -u"};
  process["env"] = {"PATH=/bin", "X=y"};
  process["user"] = {{"uid", 3}, {"gid", 4}};
  sys::replace_file(file, process.dump());
  EXPECT_EQ(verb({"exec", "--process", file, id_}).text, "y\n3\n");
}

TEST_F(Exec, APausedContainerIsRefused) {
  start();
  ASSERT_EQ(verb({"pause", id_}).status.shell_code(), 0);
  EXPECT_EQ(status(), "paused");
  EXPECT_NE(exec({}, "true").status.shell_code(), 0);
  EXPECT_EQ(verb({"resume", id_}).status.shell_code(), 0);
  EXPECT_EQ(exec({}, "true").status.shell_code(), 0);
}

TEST_F(Exec, WhatIsNotRunningIsRefused) {
  bundle_.config["process"]["args"][2] = "true";
  start();
  wait_for_status("stopped");
  EXPECT_NE(exec({}, "true").status.shell_code(), 0);
}

TEST_F(Exec, AServiceManagersDescriptorsComeFirst) {
  bundle_.config["process"]["args"][2] = "echo $LISTEN_FDS $LISTEN_PID; cat <&3; cat <&4";
  bundle_.write();
  const Output output = shell(
      "exec 3<<<socket 4<<<more; export LISTEN_FDS=1 LISTEN_PID=$$; exec $0 --root $1 run --preserve-fds 1 "
      "--bundle " +
      bundle_.path() + " $2");
  EXPECT_EQ(output.text, "1 1\nsocket\nmore\n") << output.errors;
}

// What only mini-runtime promises.
class OurExec : public Exec {
 protected:
  void SetUp() override {
    Exec::SetUp();
    if (!ours()) GTEST_SKIP() << "only mini-runtime promises this";
  }
};

TEST_F(OurExec, GroupsCanBeAdded) {
  start();
  EXPECT_THAT(exec({"-g", "5", "--additional-gids", "7"}, "cat /proc/self/status").text,
              HasSubstr("Groups:\t5 7"));
}

TEST_F(OurExec, IgnorePausedRunsItOnceResumed) {
  start();
  ASSERT_EQ(verb({"pause", id_}).status.shell_code(), 0);
  EXPECT_THAT(exec({}, "true").errors, HasSubstr("is paused"));
  const Output output = shell(
      "(sleep 0.3; $0 --root $1 resume $2) & $0 --root $1 exec --ignore-paused $2 /bin/sh -c 'echo ran'; "
      "wait");
  EXPECT_EQ(output.text, "ran\n") << output.errors;
}

TEST_F(OurExec, AGroupBelowTheContainersCanBeEntered) {
  start();
  const std::string group = "/sys/fs/cgroup/freezer/mini-runtime/" + id_ + "/sub";
  if (!sys::exists("/sys/fs/cgroup/freezer")) GTEST_SKIP() << "this host has no v1 freezer";
  EXPECT_THAT(exec({"--cgroup", "freezer:sub"}, "true").errors, HasSubstr("there is no group"));
  EXPECT_THAT(exec({"--cgroup", "../.."}, "true").errors, HasSubstr("--cgroup"));
  sys::mkdir(group);
  const std::string file = bundle_.path() + "/pid";
  ASSERT_EQ(exec({"--detach", "--pid-file", file, "--cgroup", "freezer:sub"}, "sleep 50").status.shell_code(),
            0);
  EXPECT_EQ(sys::read_file(group + "/cgroup.procs"), sys::read_file(file) + "\n");
}

TEST_F(OurExec, ATerminalWithoutAnOwnerIsRefused) {
  start();
  EXPECT_THAT(exec({"--tty", "--detach"}, "true").errors, HasSubstr("--console-socket"));
}

TEST_F(OurExec, MissingDescriptorsAreNamed) {
  bundle_.write();
  const Output output =
      shell("exec 3</dev/null 4<&-; $0 --root $1 run --preserve-fds 2 --bundle " + bundle_.path() + " $2");
  EXPECT_THAT(output.errors, HasSubstr("--preserve-fds: descriptor 4 is not open"));
}

TEST_F(OurExec, LabelsThatTheHostCannotGiveAreRefused) {
  start();
  if (sys::exists("/sys/fs/selinux/enforce")) GTEST_SKIP() << "this host has SELinux";
  EXPECT_THAT(exec({"--process-label", "system_u:system_r:container_t:s0"}, "true").errors,
              HasSubstr("SELinux"));
}

TEST_F(OurExec, TheForegroundTerminalFollowsTheWindow) {
  bundle_.config["process"]["terminal"] = true;
  bundle_.config["process"]["args"][2] =
      "trap '/bin/busybox stty size; exit 0' WINCH; echo ready; while :; do sleep 0.1; done";
  bundle_.write();
  // script(1) is the terminal; stty changes its size under the runtime, which the kernel tells by SIGWINCH.
  const std::string command = "stty rows 11 cols 22; (sleep 1; stty rows 33 cols 44 </dev/tty) & exec " +
                              testing_bundle::runtime() + " --root " + root_ + " run --bundle " +
                              bundle_.path() + " " + id_;
  const Output output =
      testing_bundle::run_program({"timeout", "20", "script", "-qec", command, "/dev/null"});
  EXPECT_THAT(output.text, HasSubstr("33 44")) << output.errors;
}

}  // namespace
