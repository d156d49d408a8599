// What the program in a container sees and may do, asked from inside. Reads: runtime-spec config.md, config-linux.md.
#include <unistd.h>

#include <algorithm>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing::Not;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

TEST_F(Runtime, EveryNamespaceAskedForIsNew) {
  const std::string inside =
      printed_by("for n in pid net mnt ipc uts cgroup; do readlink /proc/self/ns/$n; done");
  for (const char* kind : {"pid", "net", "mnt", "ipc", "uts", "cgroup"}) {
    EXPECT_THAT(inside, HasSubstr(std::string(kind) + ":["));
    EXPECT_THAT(inside, Not(HasSubstr(sys::readlink(std::string("/proc/self/ns/") + kind)))) << kind;
  }
}

TEST_F(Runtime, TheHostNameIsItsOwn) {
  EXPECT_EQ(printed_by("hostname"), "box\n");
}

TEST_F(Runtime, TheHostsTreeIsGone) {
  const Bundle bundle("ls /; echo mounts; cat /proc/self/mountinfo");
  std::string expected;
  for (const std::string& name : sys::list_directory(bundle.rootfs()))
    expected += name + "\n";
  const std::string seen = run(bundle).text;
  EXPECT_EQ(seen.substr(0, seen.find("mounts\n")), expected);
  EXPECT_THAT(seen, Not(HasSubstr(" /home ")));
}

TEST_F(Runtime, AReadOnlyRootCannotBeWritten) {
  EXPECT_THAT(run(Bundle("echo x > /etc/x")).errors, HasSubstr("Read-only"));
}

TEST_F(Runtime, MaskedAndReadOnlyPathsHold) {
  EXPECT_EQ(printed_by("head -c 1 /proc/kcore; ls /sys/firmware"), "");
  EXPECT_THAT(run(Bundle("echo 1 > /proc/sys/kernel/hostname; true")).errors, HasSubstr("Read-only"));
}

TEST_F(Runtime, CapabilitiesAreThoseOfTheDocument) {
  const std::string seen = printed_by("cat /proc/self/status");
  EXPECT_THAT(seen, HasSubstr("CapBnd:\t0000000000000421"));
  EXPECT_THAT(seen, HasSubstr("CapEff:\t0000000000000421"));
  EXPECT_THAT(seen, HasSubstr("NoNewPrivs:\t1"));
}

TEST_F(Runtime, UserGroupsAndUmaskAreThoseOfTheDocument) {
  Bundle bundle("id -u; id -g; cat /proc/self/status; umask");
  bundle.config["process"]["user"] = {
      {"uid", 1000}, {"gid", 1001}, {"additionalGids", {5, 7}}, {"umask", 63}};
  const std::string seen = run(bundle).text;
  EXPECT_THAT(seen, HasSubstr("1000\n1001\n"));
  EXPECT_THAT(seen, HasSubstr("Groups:\t5 7"));
  EXPECT_THAT(seen, HasSubstr("0077"));
}

TEST_F(Runtime, LimitsAndOomScoreAreThoseOfTheDocument) {
  Bundle bundle("cat /proc/self/limits /proc/self/oom_score_adj");
  bundle.config["process"]["rlimits"] = {{{"type", "RLIMIT_NOFILE"}, {"soft", 100}, {"hard", 200}}};
  bundle.config["process"]["oomScoreAdj"] = 500;
  const std::string seen = run(bundle).text;
  EXPECT_THAT(seen, testing::ContainsRegex("Max open files +100 +200"));
  EXPECT_TRUE(seen.ends_with("\n500\n")) << seen;
}

TEST_F(Runtime, SeccompAnswersWithTheErrnoOfTheProfile) {
  Bundle bundle("mkdir /tmp/x");
  bundle.config["linux"]["seccomp"] = {
      {"defaultAction", "SCMP_ACT_ALLOW"},
      {"syscalls", {{{"names", {"mkdir", "mkdirat"}}, {"action", "SCMP_ACT_ERRNO"}, {"errnoRet", 99}}}}};
  EXPECT_THAT(run(bundle).errors, HasSubstr("Cannot assign requested address"));
}

TEST_F(Runtime, NoDescriptorOfTheRuntimeIsLeftOpen) {
  // 3 is the directory that ls itself reads.
  EXPECT_EQ(printed_by("ls /proc/self/fd"), "0\n1\n2\n3\n");
}

TEST_F(Runtime, TheWorkingDirectoryCannotBeADescriptorOfTheHost) {
  for (const char* directory : {"/proc/self/fd/3", "/proc/self/fd/7", "/proc/self/fd/8"}) {
    Bundle bundle("pwd; ls ..");
    bundle.config["process"]["cwd"] = directory;
    EXPECT_THAT(run(bundle).text, Not(HasSubstr("home"))) << directory;
  }
}

TEST_F(Runtime, PidsAreLimited) {
  Bundle bundle("cat /sys/fs/cgroup/pids/pids.max || cat /sys/fs/cgroup/pids.max");
  bundle.config["linux"]["resources"]["pids"] = {{"limit", 17}};
  EXPECT_EQ(run(bundle).text, "17\n");
}

// Engines read figures there, and set limits there later, whether the document has limits or not.
TEST_F(Runtime, AGroupThatTheDocumentNamesCountsWithoutAnyLimit) {
  Bundle bundle(
      "cat /sys/fs/cgroup/memory/memory.usage_in_bytes || cat /sys/fs/cgroup/memory.current; "
      "cat /sys/fs/cgroup/pids/pids.current || cat /sys/fs/cgroup/pids.current");
  bundle.config["linux"]["cgroupsPath"] = "/" + id_ + "-named";
  EXPECT_THAT(run(bundle).text, testing::MatchesRegex("[1-9][0-9]*\n[1-9]\n"));
}

TEST_F(Runtime, LoopbackIsUp) {
  EXPECT_THAT(printed_by("cat /proc/net/route /proc/net/if_inet6 /sys/class/net/lo/flags"), HasSubstr("0x9"));
}

// Root inside is the host's user 100000, who has to reach the bundle.
Bundle& with_user_namespace(Bundle& bundle) {
  auto& platform = bundle.config["linux"];
  platform["namespaces"].push_back({{"type", "user"}});
  platform["uidMappings"] = {{{"containerID", 0}, {"hostID", 100000}, {"size", 65536}}};
  platform["gidMappings"] = platform["uidMappings"];
  EXPECT_EQ(::chmod(bundle.path().c_str(), 0755), 0);
  return bundle;
}

TEST_F(Runtime, AUserNamespaceMapsRootToAnotherUser) {
  Bundle bundle("id -u; cat /proc/self/uid_map");
  const auto output = run(with_user_namespace(bundle));
  EXPECT_THAT(output.text, testing::ContainsRegex("^0\n +0 +100000 +65536")) << output.errors;
}

// The host need not have it: mknod(2) is refused in there, so it comes from outside.
TEST_F(Runtime, ADeviceOfAUserNamespaceIsTheDocuments) {
  if (!ours()) GTEST_SKIP() << "runc takes the host's device of that name, crun 1.8.1 forgets its mode";
  Bundle bundle("ls -ln /dev/lent; head -c 3 /dev/lent | od -An -tx1");
  bundle.config["linux"]["devices"] = {{{"path", "/dev/lent"},
                                        {"type", "c"},
                                        {"major", 1},
                                        {"minor", 5},
                                        {"fileMode", 0640},
                                        {"uid", 0},
                                        {"gid", 7}}};
  bundle.config["linux"]["resources"]["devices"].push_back(
      {{"allow", true}, {"type", "c"}, {"major", 1}, {"minor", 5}, {"access", "rw"}});
  const auto output = run(with_user_namespace(bundle));
  EXPECT_THAT(output.text, testing::ContainsRegex("^crw-r----- +1 0 +7 +1, +5 .*\n 00 00 00\n$"))
      << output.errors;
}

TEST_F(Runtime, WithTheHostsNetworkAUserNamespaceSeesTheHostsSysReadOnly) {
  if (!ours()) GTEST_SKIP() << "runc leaves that to its callers, crun 1.8.1 shows it as it is outside";
  Bundle bundle(
      "ls -d /sys/class/net/lo; busybox grep -c ' /sys sysfs ro,' /proc/mounts; ls -A /sys/fs/cgroup");
  bundle.leave_groups_out();
  auto& spaces = with_user_namespace(bundle).config["linux"]["namespaces"];
  spaces.erase(std::find_if(spaces.begin(), spaces.end(),
                            [](const auto& space) { return space["type"] == "network"; }));
  const auto output = run(bundle);
  EXPECT_EQ(output.text, "/sys/class/net/lo\n1\n") << output.errors;
}

}  // namespace
