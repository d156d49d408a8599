// `exec` and descriptors passed on, against whatever runtime $RUNTIME names. Reads: runc(8), sd_listen_fds(3).
#include <unistd.h>

#include <csignal>

#include "base/sys/terminal.h"
#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
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
    return testing_bundle::run_program({"sh", "-c", script, testing_bundle::runtime(), root_, id_});
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
  // As <(...) of a shell names it: no descriptor that leaks, but what the caller asks to have read.
  const auto output = testing_bundle::run_program(
      {"sh", "-c", "exec \"$0\" --root \"$1\" exec --process /dev/fd/9 \"$2\" 9<\"$3\"",
       testing_bundle::runtime(), root_, id_, file});
  EXPECT_EQ(output.text, "y\n3\n") << output.errors;
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
  sys::replace_file(bundle_.path() + "/socket", "socket\n");
  sys::replace_file(bundle_.path() + "/more", "more\n");
  const Output output = shell("cd " + bundle_.path() +
                              "; exec 3<socket 4<more; export LISTEN_FDS=1 LISTEN_PID=$$; "
                              "exec $0 --root $1 run --preserve-fds 1 $2");
  // crun 1.8.1 leaves LISTEN_PID out.
  EXPECT_EQ(output.text, ours() ? "1 1\nsocket\nmore\n" : output.text) << output.errors;
  EXPECT_THAT(output.text, testing::MatchesRegex("1( 1)?\nsocket\nmore\n"));
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
  const bool v1 = sys::exists("/sys/fs/cgroup/freezer");
  const std::string name = v1 ? "freezer:sub" : "sub";
  const std::string group =
      std::string("/sys/fs/cgroup/") + (v1 ? "freezer/" : "") + "mini-runtime/" + id_ + "/sub";
  EXPECT_THAT(exec({"--cgroup", name}, "true").errors, HasSubstr("there is no group"));
  EXPECT_THAT(exec({"--cgroup", "../.."}, "true").errors, HasSubstr("--cgroup"));
  sys::mkdir(group);
  const std::string file = bundle_.path() + "/pid";
  const Output output = exec({"--detach", "--pid-file", file, "--cgroup", name}, "sleep 50");
  ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  EXPECT_EQ(sys::read_file(group + "/cgroup.procs"), sys::read_file(file) + "\n");
}

TEST_F(OurExec, ATerminalWithoutAnOwnerIsRefused) {
  start();
  EXPECT_THAT(exec({"--tty", "--detach"}, "true").errors, HasSubstr("--console-socket"));
  verb({"delete", "--force", id_});
  bundle_.config["process"]["terminal"] = true;
  bundle_.write();
  EXPECT_THAT(verb({"create", "--bundle", bundle_.path(), id_}).errors,
              HasSubstr("process.terminal: nobody"));
}

TEST_F(OurExec, AMissingDescriptorIsAWarning) {
  bundle_.config["process"]["args"] = {"true"};
  bundle_.write();
  const Output output =
      shell("exec 3</dev/null 4<&-; $0 --root $1 run --preserve-fds 2 --bundle " + bundle_.path() + " $2");
  EXPECT_EQ(output.status.shell_code(), 0);
  EXPECT_THAT(output.errors,
              HasSubstr("--preserve-fds: descriptor 4 and perhaps others up to 4 are not open"));
}

TEST_F(OurExec, LabelsThatTheHostCannotGiveAreRefused) {
  start();
  if (sys::exists("/sys/fs/selinux/enforce")) GTEST_SKIP() << "this host has SELinux";
  EXPECT_THAT(exec({"--process-label", "system_u:system_r:container_t:s0"}, "true").errors,
              HasSubstr("SELinux"));
}

// What the other end of `terminal` prints, until it has `wanted`, or nothing for ten seconds.
std::string read_until(int terminal, const std::string& wanted) {
  std::string text;
  pollfd ready{terminal, POLLIN, 0};
  while (text.find(wanted) == std::string::npos && sys::poll({&ready, 1}, 10000) > 0) {
    char buffer[256];
    const std::size_t count = sys::read_terminal(terminal, buffer);
    if (count == 0) break;
    text.append(buffer, count);
  }
  return text;
}

TEST_F(OurExec, TheForegroundTerminalFollowsTheWindow) {
  bundle_.config["process"]["terminal"] = true;
  bundle_.config["process"]["args"][2] =
      "trap '/bin/busybox stty size; exit 0' WINCH; /bin/busybox stty size; while :; do sleep 0.1; done";
  bundle_.write();
  const sys::Pty window = sys::open_pty("/dev/ptmx");
  const sys::UniqueFd terminal = sys::open_pty_peer(window.master.get());
  sys::set_window_size(window.master.get(), {11, 22, 0, 0});
  sys::SpawnOptions options;
  options.input = options.output = options.error = terminal.get();
  sys::Child runtime = sys::spawn(
      {testing_bundle::runtime(), "--root", root_, "run", "--bundle", bundle_.path(), id_}, options);
  EXPECT_THAT(read_until(window.master.get(), "11 22"), HasSubstr("11 22"));
  sys::set_window_size(window.master.get(), {33, 44, 0, 0});
  // The kernel would send it, were this the runtime's controlling terminal.
  runtime.kill(SIGWINCH);
  EXPECT_THAT(read_until(window.master.get(), "33 44"), HasSubstr("33 44"));
  EXPECT_EQ(runtime.wait().shell_code(), 0);
}

// systemd in a container does this: a v2 group that hands controllers down takes no processes itself.
TEST_F(Exec, EntersTheGroupThatTheFirstProcessMovedTo) {
  if (!sys::exists("/sys/fs/cgroup/cgroup.controllers"))
    GTEST_SKIP() << "groups of cgroup v1 take processes at every level";
  const std::string script =
      "cd /sys/fs/cgroup && mkdir leaf && echo 1 > leaf/cgroup.procs && echo +pids > cgroup.subtree_control "
      "&& "
      "touch /tmp/moved; sleep 100";
  bundle_.config["process"]["args"][2] = script;
  bundle_.config["mounts"][5]["options"] = {"nosuid", "noexec", "nodev", "rw"};
  start();
  for (int tries = 0; tries < 200 && !sys::exists(bundle_.rootfs("/tmp/moved")); ++tries)
    sys::poll({}, 20);
  const Output output = exec({}, "cat /proc/self/cgroup");
  EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
  EXPECT_THAT(output.text, testing::EndsWith("/leaf\n"));
}

}  // namespace
