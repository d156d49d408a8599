// What the specification leaves open, runc and crun do alike, and their users have come to rely on.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing_runtime::Bundle;
using testing_runtime::Output;

class Habits : public testing_runtime::Runtime {
 protected:
  // Starts it in the background. WHY >&-: whoever keeps a pipe open would be waited for.
  Output start(const Bundle& bundle) {
    bundle.write();
    return testing_bundle::run_program({"sh", "-c", "exec \"$@\" </dev/null >/dev/null 2>&1", "sh",
                                        testing_bundle::runtime(), "--root", root_, "run", "--detach",
                                        "--bundle", bundle.path(), id_});
  }
};

TEST_F(Habits, AHookWithoutAnEnvironmentHasTheRuntimes) {
  Bundle bundle("true");
  const std::string told = bundle.path() + "/told";
  bundle.config["hooks"]["prestart"] = {
      {{"path", "/bin/sh"}, {"args", {"sh", "-c", "echo $ISOLAB_TOLD >" + told}}}};
  ::setenv("ISOLAB_TOLD", "by the caller", 1);
  EXPECT_EQ(run(bundle).status.shell_code(), 0);
  ::unsetenv("ISOLAB_TOLD");
  EXPECT_EQ(sys::read_file(told), "by the caller\n");
}

// Of the image's hooks that is the program's.
TEST_F(Habits, AHookInsideWithoutAnEnvironmentHasThePrograms) {
  if (testing_bundle::runtime().ends_with("crun")) GTEST_SKIP() << "crun gives it its own";
  Bundle bundle("cat /tmp/told");
  bundle.config["process"]["env"] = {"PATH=/bin", "ISOLAB_TOLD=by the document"};
  bundle.config["mounts"].push_back({{"destination", "/tmp"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
  bundle.config["hooks"]["startContainer"] = {
      {{"path", "/bin/sh"}, {"args", {"sh", "-c", "echo $ISOLAB_TOLD $HOME >/tmp/told"}}}};
  EXPECT_EQ(run(bundle).text, "by the document /\n");
}

TEST_F(Habits, ThePidFileOutlivesTheContainer) {
  const Bundle bundle("true");
  const std::string file = bundle.path() + "/pid";
  EXPECT_EQ(verb({"run", "--bundle", bundle.path(), "--pid-file", file, id_}).status.shell_code(), 0);
  EXPECT_GT(std::atoi(sys::read_file(file).c_str()), 1);
}

// /dev/stdout would not open for a user to whom it does not belong.
TEST_F(Habits, TheStandardStreamsBelongToTheUser) {
  Bundle bundle("echo through its name >/dev/stdout");
  bundle.config["process"]["user"] = {{"uid", 1000}, {"gid", 1001}};
  bundle.write();
  const std::string file = bundle.path() + "/output";
  const Output output =
      testing_bundle::run_program({"sh", "-c", "exec \"$@\" >" + file, "sh", testing_bundle::runtime(),
                                   "--root", root_, "run", "--bundle", bundle.path(), id_});
  EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
  EXPECT_EQ(sys::read_file(file), "through its name\n");
  EXPECT_EQ(sys::stat("/dev/null").st_uid, 0U) << "everybody's null device changed its owner";
}

TEST_F(Habits, GroupsThatAreMountedShowLaterLimits) {
  if (sys::exists("/sys/fs/cgroup/cgroup.controllers"))
    GTEST_SKIP() << "cgroup v2 has one group for all controllers";
  Bundle bundle("sleep 100");
  bundle.config["linux"].erase("cgroupsPath");
  bundle.config["mounts"].push_back({{"destination", "/sys/fs/cgroup"},
                                     {"type", "cgroup"},
                                     {"source", "cgroup"},
                                     {"options", {"ro", "nosuid"}}});
  ASSERT_EQ(start(bundle).status.shell_code(), 0);
  ASSERT_EQ(verb({"update", "--cpu-share", "512", id_}).status.shell_code(), 0);
  EXPECT_EQ(verb({"exec", id_, "cat", "/sys/fs/cgroup/cpu/cpu.shares"}).text, "512\n");
}

TEST_F(Habits, ABindMountDropsTheOptionsOfFileSystems) {
  Bundle bundle("ls /mnt");
  std::filesystem::create_directories(bundle.path() + "/lent/inside");
  bundle.config["mounts"].push_back({{"destination", "/mnt"},
                                     {"type", "bind"},
                                     {"source", bundle.path() + "/lent"},
                                     {"options", {"bind", "mode=755", "size=64k"}}});
  EXPECT_EQ(run(bundle).text, "inside\n");
}

TEST_F(Habits, WhatWaitsToBeStartedHoldsNothingOfTheHost) {
  if (testing_bundle::runtime().find("mini-runtime") == std::string::npos)
    GTEST_SKIP() << "Debian's peers hold what their callers had open";
  const Bundle bundle("true");
  bundle.write();
  testing_bundle::run_program({"sh", "-c", "exec \"$@\" </dev/null >/dev/null 2>&1 9<" + bundle.path(), "sh",
                               testing_bundle::runtime(), "--root", root_, "create", "--bundle",
                               bundle.path(), id_});
  const std::string descriptors = "/proc/" + std::to_string(state().at("pid").get<int>()) + "/fd/";
  for (const std::string& fd : sys::list_directory(descriptors)) {
    const std::string behind = sys::readlink(descriptors + fd);
    EXPECT_TRUE(behind == "/dev/null" || !behind.starts_with("/")) << fd << " is " << behind;
  }
}

TEST_F(Habits, AddedCapabilitiesAreInheritedWhereOthersAre) {
  if (testing_bundle::runtime().ends_with("/crun")) GTEST_SKIP() << "crun leaves only the added ones";
  Bundle bundle("sleep 100");
  auto& sets = bundle.config["process"]["capabilities"];
  for (const char* set : {"inheritable", "ambient", "bounding", "permitted", "effective"})
    sets[set] = {"CAP_CHOWN"};
  for (const char* set : {"inheritable", "bounding"})
    sets[set].push_back("CAP_SYSLOG");
  ASSERT_EQ(start(bundle).status.shell_code(), 0);
  const Output output = verb({"exec", "--cap", "CAP_SYSLOG", id_, "cat", "/proc/self/status"});
  EXPECT_THAT(output.text, HasSubstr("CapAmb:\t0000000400000001")) << output.errors;
}

TEST_F(Habits, TheHostNameIsNoKernelParameterOfTheDocument) {
  Bundle bundle("true");
  bundle.config["linux"]["sysctl"] = {{"kernel.hostname", "other"}};
  EXPECT_NE(run(bundle).status.shell_code(), 0);
}

// The v1 freezer lets no signal through, and anybody with the right may have moved the process.
TEST_F(Habits, ForceDeletesWhatSomebodyElseFroze) {
  const std::string group = "/sys/fs/cgroup/freezer/isolab-test-elsewhere";
  if (!sys::exists("/sys/fs/cgroup/freezer"))
    GTEST_SKIP() << "only version 1 has a freezer that stops signals";
  if (testing_bundle::runtime().ends_with("/runc")) GTEST_SKIP() << "runc waits for its end in vain";
  Bundle bundle("sleep 100");
  ASSERT_EQ(start(bundle).status.shell_code(), 0);
  const int pid = state().at("pid");
  ASSERT_GT(pid, 0) << "0 would be this test itself";
  sys::mkdir_if_missing(group, 0755);
  sys::write_existing_file(group + "/cgroup.procs", std::to_string(pid));
  sys::write_existing_file(group + "/freezer.state", "FROZEN");
  EXPECT_EQ(verb({"delete", "--force", id_}).status.shell_code(), 0);
  sys::write_existing_file(group + "/freezer.state", "THAWED");
  for (int tries = 0; tries < 100 && ::rmdir(group.c_str()) != 0; ++tries)
    sys::poll({}, 20);
  EXPECT_FALSE(sys::exists(group));
}

}  // namespace
