// The engine of an ordinary user: containers, images and volumes without root. Reads: docs/decisions/0028-rootless.md.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "tests/end-to-end/ordinary_user.h"
#include "tests/end-to-end/registry_server.h"

namespace {

using e2e::Result;
using ::testing::HasSubstr;

class UserEngine : public e2e::OrdinaryUser {
 protected:
  Result run_alone(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"run", "--rm", "--network", "none"});
    return mini(arguments);
  }
};

// What is the host's root's, as far as a stranger could have changed it.
std::string state_of_root() {
  return e2e::run(
             {"sh", "-c", "ls -lRn --time-style=full-iso /var/lib/mini-container /run/mini-container 2>&1"})
      .out;
}

TEST_F(UserEngine, RunsAsRootInsideAndAsTheUserOutside) {
  const std::string before = state_of_root();
  const Result result =
      run_alone({"busybox", "sh", "-c", "id -u; grep -c . /proc/self/uid_map; echo err >&2; exit 7"});
  EXPECT_EQ(result.out, "0\n2\n") << result.err;
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(result.code, 7);
  EXPECT_EQ(run_alone({"busybox", "/etc"}).code, 126);
  EXPECT_EQ(run_alone({"busybox", "nosuchprogram"}).code, 127);
  EXPECT_EQ(run_alone({"--pull", "never", "nosuchimage", "true"}).code, 125);
  EXPECT_EQ(run_alone({"-u", "1234:56", "busybox", "sh", "-c", "id -u; id -g"}).out, "1234\n56\n");
  EXPECT_EQ(
      run_alone(
          {"busybox", "sh", "-c",
           "ls /dev/null /sys/class >/dev/null && echo x > /dev/null && hostname -s >/dev/null; echo $?"})
          .out,
      "0\n");
  EXPECT_EQ(state_of_root(), before);
}

TEST_F(UserEngine, ImagesKeepTheirOwnersInside) {
  import_image();
  EXPECT_EQ(run_alone({"made", "stat", "-c", "%u:%g", "/bin/busybox", "/data", "/data/file"}).out,
            "0:0\n7:8\n7:8\n");
  // Outside it is one of the user's subordinate ids: container id 1 is 700000.
  const std::string layers = home_ + "/.local/share/mini-container/store/layers";
  const Result outside =
      e2e::run({"sh", "-c", "stat -c %u:%g " + layers + "/*/data/file " + layers + "/*/bin/busybox"});
  EXPECT_EQ(outside.out, "700006:700007\n65534:65534\n");
  ASSERT_EQ(mini({"save", "-o", home_ + "/run/saved.tar", "made"}).code, 0);
  ASSERT_EQ(mini({"rmi", "made"}).code, 0);
  ASSERT_EQ(mini({"load", "-i", home_ + "/run/saved.tar"}).code, 0);
  EXPECT_EQ(run_alone({"made", "stat", "-c", "%u:%g", "/data/file"}).out, "7:8\n");
}

// A directory that a container removes and makes again hides what the image has in it; the mark for that is an attribute.
TEST_F(UserEngine, CommittedLayersHideWhatIsBelow) {
  import_image();
  ASSERT_EQ(mini({"run", "--name", "one", "--network", "none", "made", "sh", "-c",
                  "busybox rm -r /data && busybox mkdir /data && echo new > /data/other"})
                .code,
            0);
  EXPECT_THAT(mini({"diff", "one"}).out, HasSubstr("D /data/file"));
  ASSERT_EQ(mini({"commit", "one", "second"}).code, 0);
  EXPECT_EQ(run_alone({"second", "ls", "/data"}).out, "other\n");
}

TEST_F(UserEngine, VolumesOutliveTheirContainers) {
  import_image();
  EXPECT_EQ(run_alone({"-v", "kept:/data", "made", "sh", "-c", "cat /data/file; echo more > /data/more"}).out,
            "kept\n");
  EXPECT_EQ(run_alone({"-v", "kept:/data", "made", "sh", "-c", "cat /data/more; stat -c %u /data/file"}).out,
            "more\n7\n");
  EXPECT_EQ(run_alone({"-v", home_ + "/run:/here", "busybox", "sh", "-c", "echo mine > /here/file"}).code, 0);
  EXPECT_EQ(sys::stat(home_ + "/run/file").st_uid, 65534U);
  // What the user may not read as itself stays closed to its container's root.
  EXPECT_NE(run_alone({"-v", "/etc:/host:ro", "busybox", "cat", "/host/shadow"}).code, 0);
}

TEST_F(UserEngine, ADetachedContainerHasItsWholeLife) {
  const Result started =
      mini({"run", "-d", "--name", "web", "--network", "none", "busybox", "sh", "-c", "echo up; sleep 100"});
  ASSERT_EQ(started.code, 0) << started.err;
  EXPECT_THAT(mini({"ps"}).out, HasSubstr("web"));
  EXPECT_TRUE(e2e::eventually([&] { return mini({"logs", "web"}).out == "up\n"; }));
  EXPECT_EQ(mini({"exec", "web", "sh", "-c", "echo in > /tmp/in; id -u; exit 3"}).code, 3);
  EXPECT_EQ(mini({"cp", "web:/tmp/in", "-"}).code, 0);
  std::ofstream(home_ + "/out") << "out\n";
  ASSERT_EQ(mini({"cp", home_ + "/out", "web:/tmp/out"}).code, 0);
  EXPECT_EQ(mini({"exec", "web", "cat", "/tmp/in", "/tmp/out"}).out, "in\nout\n");
  const auto described = nlohmann::json::parse(mini({"inspect", "web"}).out).at(0);
  EXPECT_EQ(described["State"]["Status"], "running");
  EXPECT_EQ(mini({"stop", "-t", "0", "web"}).code, 0);
  EXPECT_EQ(mini({"start", "web"}).code, 0);
  EXPECT_EQ(mini({"rm", "web"}).code, 1);
  EXPECT_EQ(mini({"rm", "-f", "web"}).code, 0);
  EXPECT_EQ(mini({"ps", "-aq"}).out, "");
}

TEST_F(UserEngine, ALimitThatCannotBeHadIsRefused) {
  const Result result = run_alone({"--memory", "64m", "busybox", "true"});
  EXPECT_EQ(result.code, 125);
  EXPECT_THAT(result.err, HasSubstr("asks for a limit"));
  EXPECT_THAT(result.err, HasSubstr("delegated"));
}

TEST_F(UserEngine, ARuntimeDirectoryThatIsOpenToOthersIsRefused) {
  ASSERT_EQ(::chmod((home_ + "/run").c_str(), 0755), 0);
  const Result open = run_alone({"busybox", "true"});
  EXPECT_EQ(open.code, 125);
  EXPECT_THAT(open.err, HasSubstr("chmod 700 " + home_ + "/run"));
  ASSERT_EQ(::chmod((home_ + "/run").c_str(), 0700), 0);
  ASSERT_EQ(as_root("chown root " + home_ + "/run").code, 0);
  EXPECT_THAT(run_alone({"busybox", "true"}).err, HasSubstr("belongs to another user"));
  ASSERT_EQ(as_root("chown nobody " + home_ + "/run").code, 0);
}

TEST_F(UserEngine, DoctorSaysWhatThisUserCanDo) {
  const Result result = mini({"doctor"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("root of a user namespace"));
  EXPECT_THAT(result.out, HasSubstr("65536 subordinate ids"));
}

TEST_F(UserEngine, WhatAKilledCommandLeavesIsGoneAfterTheNext) {
  const std::string home = home_;
  ASSERT_EQ(
      mini({"run", "-d", "--name", "one", "--network", "none", "-u", "1234", "busybox", "sleep", "100"}).code,
      0);
  ASSERT_EQ(mini({"run", "-d", "--name", "two", "--network", "none", "busybox", "sleep", "100"}).code, 0);
  // All that is in the two namespaces, but for the containers themselves, whose user namespaces were made in them.
  ASSERT_EQ(e2e::run({"pkill", "-KILL", "-f", "^" + home + "/bin/container-monitor"}).code, 0);
  EXPECT_TRUE(e2e::eventually([&] {
    return e2e::run({"pgrep", "-f", home + "/bin/container-monitor"}).code != 0;
  }));
  const Result all = mini({"ps", "-a", "--format", "{{.Names}} {{.Status}}"});
  EXPECT_THAT(all.out, HasSubstr("one Exited (137)")) << all.err;
  EXPECT_THAT(all.out, HasSubstr("two Exited (137)"));
  EXPECT_EQ(leaks(), "");
  EXPECT_TRUE(e2e::eventually([] { return e2e::run({"pgrep", "-u", "701233"}).code != 0; }));
}

TEST_F(UserEngine, RestartsAndIsToldSo) {
  ASSERT_EQ(mini({"run", "-d", "--name", "again", "--network", "none", "-v", "kept:/kept", "busybox", "sh",
                  "-c", "echo x >> /kept/runs; sleep 100"})
                .code,
            0);
  const std::string pid = mini({"inspect", "-f", "{{.State.Pid}}", "again"}).out;
  const Result restarted = mini({"restart", "-t", "0", "again"});
  EXPECT_EQ(restarted.out, "again\n") << restarted.err;
  EXPECT_NE(mini({"inspect", "-f", "{{.State.Pid}}", "again"}).out, pid);
  EXPECT_TRUE(e2e::eventually([&] { return mini({"exec", "again", "cat", "/kept/runs"}).out == "x\nx\n"; }));
  EXPECT_EQ(mini({"rm", "-f", "again"}).code, 0);
}

TEST_F(UserEngine, AKilledForegroundRunIsCleanedUpByTheNextCommand) {
  sys::SpawnOptions quiet;
  quiet.error = -1;
  sys::Child command = sys::spawn(
      mini_command({"run", "--name", "held", "--network", "none", "-u", "1234", "busybox", "sleep", "1000"}),
      quiet);
  ASSERT_TRUE(e2e::eventually([&] { return mini({"exec", "held", "true"}).code == 0; }));
  command.kill(SIGKILL);
  command.wait();
  EXPECT_EQ(mini({"ps", "-q"}).out, "");
  EXPECT_EQ(leaks(), "");
  EXPECT_EQ(mini({"inspect", "-f", "{{.State.ExitCode}}", "held"}).out, "137\n");
  EXPECT_TRUE(e2e::eventually([] { return e2e::run({"pgrep", "-u", "701233"}).code != 0; }));
}

TEST_F(UserEngine, PullsFromARegistryAndRuns) {
  if (!e2e::RegistryServer::installed()) GTEST_SKIP() << "docker-registry is not installed";
  const e2e::RegistryServer registry(home_ + "/registry");
  const std::string name = registry.host() + "/team/made:1";
  import_image();
  ASSERT_EQ(mini({"tag", "made", name}).code, 0);
  const Result pushed = mini({"push", name});
  ASSERT_EQ(pushed.code, 0) << pushed.err;
  ASSERT_EQ(mini({"rmi", name, "made"}).code, 0);
  const Result result = run_alone({name, "stat", "-c", "%u:%g", "/data/file"});
  EXPECT_THAT(result.err, HasSubstr("Unable to find image"));
  EXPECT_EQ(result.out, "7:8\n") << result.err;
}

class UserEngineWithOneId : public UserEngine {
 protected:
  UserEngineWithOneId() { subordinate_ids_ = "somebody:700000:65536\n"; }
};

TEST_F(UserEngineWithOneId, RunsAsRootAndAsNobodyElse) {
  import_image();
  EXPECT_EQ(run_alone({"made", "stat", "-c", "%u:%g", "/data/file"}).out, "0:0\n");
  EXPECT_EQ(run_alone({"busybox", "sh", "-c", "id -u; cat /proc/self/setgroups"}).out, "0\ndeny\n");
  const Result other = run_alone({"-u", "1234", "busybox", "true"});
  EXPECT_EQ(other.code, 125);
  EXPECT_THAT(other.err, HasSubstr("subuid(5)"));
  ASSERT_EQ(mini({"run", "-d", "--name", "one", "--network", "none", "busybox", "sleep", "100"}).code, 0);
  EXPECT_EQ(mini({"exec", "one", "id", "-u"}).out, "0\n");
  EXPECT_THAT(mini({"doctor"}).out, HasSubstr("a single id"));
}

}  // namespace
