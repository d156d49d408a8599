// Namespaces joined by path, and containers of a user who is not root.
// Reads: runtime-spec config-linux.md (namespaces, user namespace mappings), user_namespaces(7), newuidmap(1).
#include <unistd.h>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing_bundle::Output;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

class Joins : public Runtime {
 protected:
  void SetUp() override {
    Runtime::SetUp();
    if (!ours()) GTEST_SKIP() << "the runtimes of Debian 12 differ here";
  }
  void TearDown() override {
    if (testing_bundle::missing().empty()) verb({"delete", "--force", other_});
    Runtime::TearDown();
  }
  // A container whose namespaces another can join; its pid.
  int host_of_namespaces(Bundle& bundle, bool user) {
    if (user) map_ids(bundle);
    bundle.config["linux"]["namespaces"].push_back({{"type", "time"}});
    bundle.write();
    const Output output = verb({"run", "--detach", "--bundle", bundle.path(), other_});
    EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
    return nlohmann::json::parse(verb({"state", other_}).text).at("pid");
  }
  static void map_ids(Bundle& bundle) {
    auto& platform = bundle.config["linux"];
    platform["namespaces"].push_back({{"type", "user"}});
    platform["uidMappings"] = {{{"containerID", 0}, {"hostID", 100000}, {"size", 65536}}};
    platform["gidMappings"] = platform["uidMappings"];
    EXPECT_EQ(::chmod(bundle.path().c_str(), 0755), 0);
  }
  static std::string space(int pid, const std::string& kind) {
    return "/proc/" + std::to_string(pid) + "/ns/" + kind;
  }
  const std::string other_ = id_ + "-host";
};

const std::map<std::string, std::string> kFiles = {{"pid", "pid"}, {"network", "net"},   {"ipc", "ipc"},
                                                   {"uts", "uts"}, {"cgroup", "cgroup"}, {"time", "time"}};

TEST_F(Joins, EveryKindIsJoinedByItsPath) {
  Bundle host("sleep 100");
  const int pid = host_of_namespaces(host, false);
  Bundle bundle("for n in pid net ipc uts cgroup time; do readlink /proc/self/ns/$n; done");
  bundle.config.erase("hostname");
  auto& spaces = bundle.config["linux"]["namespaces"] = {{{"type", "mount"}}};
  std::string expected;
  for (const char* type : {"pid", "network", "ipc", "uts", "cgroup", "time"}) {
    spaces.push_back({{"type", type}, {"path", space(pid, kFiles.at(type))}});
    expected += sys::readlink(space(pid, kFiles.at(type))) + "\n";
  }
  const Output output = run(bundle);
  EXPECT_EQ(output.text, expected) << output.errors;
}

TEST_F(Joins, AUserNamespaceIsJoinedWithAllElseNew) {
  Bundle host("sleep 100");
  const int pid = host_of_namespaces(host, true);
  Bundle bundle("readlink /proc/self/ns/user; cat /proc/self/uid_map; id -u; ls /proc/1/exe; hostname");
  EXPECT_EQ(::chmod(bundle.path().c_str(), 0755), 0);
  bundle.config["linux"]["namespaces"].push_back({{"type", "user"}, {"path", space(pid, "user")}});
  const Output output = run(bundle);
  EXPECT_THAT(output.text, HasSubstr(sys::readlink(space(pid, "user")))) << output.errors;
  EXPECT_THAT(output.text, testing::ContainsRegex(" 0 +100000 +65536\n0\n/proc/1/exe\nbox\n"));
}

TEST_F(Joins, AUserNamespaceIsJoinedTogetherWithOthers) {
  Bundle host("sleep 100");
  const int pid = host_of_namespaces(host, true);
  Bundle bundle("for n in user pid net; do readlink /proc/self/ns/$n; done");
  EXPECT_EQ(::chmod(bundle.path().c_str(), 0755), 0);
  auto& spaces = bundle.config["linux"]["namespaces"];
  spaces = {{{"type", "mount"}}, {{"type", "uts"}}, {{"type", "ipc"}}};
  std::string expected;
  for (const auto& [type, file] :
       {std::pair("user", "user"), std::pair("pid", "pid"), std::pair("network", "net")}) {
    spaces.push_back({{"type", type}, {"path", space(pid, file)}});
    expected += sys::readlink(space(pid, file)) + "\n";
  }
  const Output output = run(bundle);
  EXPECT_EQ(output.text, expected) << output.errors;
}

TEST_F(Joins, AWrongUserNamespaceIsNamed) {
  Bundle bundle("true");
  bundle.config["linux"]["namespaces"].push_back({{"type", "user"}, {"path", "/proc/self/ns/net"}});
  const Output output = run(bundle);
  EXPECT_NE(output.status.shell_code(), 0);
  EXPECT_THAT(output.errors, HasSubstr("setns"));
  EXPECT_EQ(status(), "none");
}

class Rootless : public Joins {
 protected:
  void SetUp() override {
    Joins::SetUp();
    if (IsSkipped()) return;
    if (testing_bundle::run_program({"sh", "-c", "command -v setpriv"}).status.code != 0)
      GTEST_SKIP() << "setpriv is not installed";
  }
  // A document of a user with `uids` ids, from `first` on beside its own.
  static void make_rootless(Bundle& bundle) {
    auto& config = bundle.config;
    config["mounts"].erase(5);
    config["linux"].erase("resources");
    config["linux"]["namespaces"].push_back({{"type", "user"}});
    config["linux"]["uidMappings"] = {{{"containerID", 0}, {"hostID", 65534}, {"size", 1}}};
    config["linux"]["gidMappings"] = config["linux"]["uidMappings"];
    config["process"]["rlimits"] = nlohmann::json::array();
  }
  // As nobody, with `before` done first by root in a mount namespace of its own.
  Output run_as_nobody(const Bundle& bundle, const std::string& before = "true",
                       const std::string& flags = "") {
    bundle.write();
    const std::string script = before + " && chown -R 65534:65534 " + bundle.path() + " && mkdir -p " +
                               root_ + " && chown 65534:65534 " + root_ +
                               " && exec setpriv --reuid=65534 --regid=65534 --clear-groups " +
                               testing_bundle::runtime() + " --root " + root_ + " " + flags +
                               " run --bundle " + bundle.path() + " " + id_;
    // Not sh: busybox's has a setpriv of its own, which cannot change the user.
    return testing_bundle::run_program({"unshare", "--mount", "bash", "-c", script});
  }
};

TEST_F(Rootless, AUserRunsAContainerWithASingleMapping) {
  Bundle bundle(
      "id -u; cat /proc/self/uid_map /proc/self/setgroups; hostname; echo x > /tmp/y && cat /tmp/y");
  make_rootless(bundle);
  const Output output = run_as_nobody(bundle);
  EXPECT_THAT(output.text, testing::ContainsRegex("^0\n +0 +65534 +1\ndeny\nbox\nx\n$")) << output.errors;
}

TEST_F(Rootless, AUserWithSubordinateIdsMapsThemThroughNewuidmap) {
  if (testing_bundle::run_program({"sh", "-c", "command -v newuidmap"}).status.code != 0)
    GTEST_SKIP() << "newuidmap is not installed: package uidmap";
  if (!sys::exists("/etc/subuid") || !sys::exists("/etc/subgid")) GTEST_SKIP() << "no /etc/subuid to cover";
  Bundle bundle("cat /proc/self/uid_map /proc/self/setgroups; cat /proc/self/status");
  make_rootless(bundle);
  for (const char* member : {"uidMappings", "gidMappings"})
    bundle.config["linux"][member].push_back({{"containerID", 1}, {"hostID", 700000}, {"size", 1000}});
  bundle.config["process"]["user"]["additionalGids"] = {5};
  const std::string file = bundle.path() + "/sub";
  sys::write_file_atomically(file, "nobody:700000:1000\n");
  const std::string cover = "mount --bind " + file + " /etc/subuid && mount --bind " + file + " /etc/subgid";
  const Output output = run_as_nobody(bundle, cover);
  EXPECT_THAT(output.text, testing::ContainsRegex(" 1 +700000 +1000\nallow\n")) << output.errors;
  EXPECT_THAT(output.text, HasSubstr("Groups:\t5"));
}

TEST_F(Rootless, IdsOfOthersAreRefusedByName) {
  if (testing_bundle::run_program({"sh", "-c", "command -v newuidmap"}).status.code != 0)
    GTEST_SKIP() << "newuidmap is not installed: package uidmap";
  Bundle bundle("true");
  make_rootless(bundle);
  bundle.config["linux"]["uidMappings"][0]["size"] = 4000000;
  const Output output = run_as_nobody(bundle);
  EXPECT_NE(output.status.shell_code(), 0);
  EXPECT_THAT(output.errors, HasSubstr("linux.uidMappings: newuidmap refuses"));
}

TEST_F(Rootless, WithoutARightToGroupsOnlyALimitIsAnError) {
  Bundle bundle("echo fine; ls /sys/fs/cgroup");
  make_rootless(bundle);
  bundle.config["mounts"].push_back({{"destination", "/sys/fs/cgroup"},
                                     {"type", "cgroup"},
                                     {"source", "cgroup"},
                                     {"options", {"nosuid", "noexec", "nodev", "ro"}}});
  EXPECT_THAT(run_as_nobody(bundle).text, HasSubstr("fine\n"));
  bundle.config["linux"]["resources"] = {{"pids", {{"limit", 17}}}};
  const Output output = run_as_nobody(bundle);
  EXPECT_NE(output.status.shell_code(), 0);
  EXPECT_THAT(output.errors, HasSubstr("linux.resources.pids.limit asks for a limit"));
}

TEST_F(Rootless, AFlagSaysWhetherRefusedGroupsAreAnError) {
  if (!ours()) GTEST_SKIP() << "peers have no such flag, or mean something else by it";
  Bundle bundle("echo ran");
  make_rootless(bundle);
  for (const char* go_on : {"--rootless true", "--rootless auto"})
    EXPECT_EQ(run_as_nobody(bundle, "true", go_on).text, "ran\n") << go_on;
  const Output strict = run_as_nobody(bundle, "true", "--rootless false");
  EXPECT_EQ(strict.status.shell_code(), 125);
  EXPECT_EQ(strict.text, "");
  EXPECT_THAT(strict.errors, HasSubstr("cgroup"));
}

TEST_F(Rootless, ADocumentOfItsOwnMakingRunsForAUser) {
  if (!ours()) GTEST_SKIP() << "peers ask for a terminal's group, or for limits, that one id cannot have";
  Bundle bundle("");
  sys::unlink_if_present(bundle.path() + "/config.json");
  const Output made = testing_bundle::run_program(
      {"bash", "-c",
       "chown 65534:65534 \"$1\" && exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" spec "
       "--rootless --bundle \"$1\"",
       testing_bundle::runtime(), bundle.path()});
  ASSERT_EQ(made.status.shell_code(), 0) << made.errors;
  bundle.config = nlohmann::json::parse(sys::read_file(bundle.path() + "/config.json"));
  bundle.config["process"]["args"] = {"/bin/sh", "-c", "id -u; cat /proc/self/uid_map"};
  bundle.config["process"]["terminal"] = false;
  const Output output = run_as_nobody(bundle);
  EXPECT_THAT(output.text, testing::ContainsRegex("^0\n +0 +65534 +1\n$")) << output.errors;
}

// Closed to others, as a home directory is: root of the user namespace is one of those.
TEST_F(Joins, AVolumeBelowAClosedDirectoryReachesAUserNamespace) {
  Bundle bundle("cat /data/file");
  const std::string closed = bundle.path() + "/closed";
  sys::mkdir(closed);
  sys::mkdir(closed + "/volume");
  sys::replace_file(closed + "/volume/file", "in it\n");
  ASSERT_EQ(::chmod((closed + "/volume/file").c_str(), 0644), 0);
  ASSERT_EQ(::chmod(closed.c_str(), 0700), 0);
  bundle.config["mounts"].push_back({{"destination", "/data"},
                                     {"type", "bind"},
                                     {"source", closed + "/volume"},
                                     {"options", {"bind", "ro"}}});
  map_ids(bundle);
  const Output output = run(bundle);
  EXPECT_EQ(output.text, "in it\n") << output.errors;
}

// The namespace's root may only lower a hard limit; whoever makes the namespace may be able to raise it.
TEST_F(Joins, LimitsAboveTheCallersAreRaisedBeforeTheUserNamespace) {
  const std::string lowered = "ulimit -n 512; ";
  if (testing_bundle::run_program({"sh", "-c", lowered + "ulimit -n 1024"}).status.code != 0)
    GTEST_SKIP() << "no CAP_SYS_RESOURCE: nobody here can raise a limit";
  Bundle bundle("ulimit -Sn; ulimit -Hn");
  bundle.config["process"]["rlimits"] = {{{"type", "RLIMIT_NOFILE"}, {"soft", 600}, {"hard", 1024}}};
  map_ids(bundle);
  bundle.write();
  const Output output =
      testing_bundle::run_program({"sh", "-c", lowered + "exec \"$0\" \"$@\"", testing_bundle::runtime(),
                                   "--root", root_, "run", "--bundle", bundle.path(), id_});
  EXPECT_EQ(output.text, "600\n1024\n") << output.errors;
}

}  // namespace
