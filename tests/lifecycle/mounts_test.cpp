// Mounts that need a host around the container: propagation out of it, and groups of one version.
// Reads: runtime-spec config-linux.md (rootfs mount propagation), mount_namespaces(7).
#include <unistd.h>

#include <filesystem>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing_bundle::Output;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

class Mounts : public Runtime {
 protected:
  // Runs the container in a mount namespace in which `bundle`/volume is shared, as on a host with systemd; then lists
  // what is mounted there, and what of /proc is left.
  Output run_beside_a_shared_volume(Bundle& bundle) {
    bundle.config["mounts"].push_back({{"destination", "/volume"},
                                       {"type", "bind"},
                                       {"source", bundle.path() + "/volume"},
                                       {"options", {"rbind", bundle.config["linux"]["rootfsPropagation"]}}});
    // /volume has to be there: the root is read-only only at the end, but mounting inside needs the capability.
    for (const char* set : {"bounding", "permitted", "effective"})
      bundle.config["process"]["capabilities"][set] = {"CAP_SYS_ADMIN"};
    bundle.write();
    sys::mkdir(bundle.path() + "/volume");
    const std::string script = "set -e; mount --make-rprivate /; cd " + bundle.path() +
                               "; mount -t tmpfs v volume; mkdir volume/new; mount --make-rshared /; " +
                               testing_bundle::runtime() + " --root " + root_ + " run --bundle . " + id_ +
                               "; grep -c ' /proc ' /proc/self/mountinfo; grep " + bundle.path() +
                               "/volume/ /proc/self/mountinfo || true";
    return testing_bundle::run_program({"unshare", "--mount", "sh", "-c", script});
  }
};

TEST_F(Mounts, OfASharedVolumeTheHostHears) {
  Bundle bundle("mount -t tmpfs inner /volume/new");
  bundle.config["linux"]["rootfsPropagation"] = "rshared";
  const Output output = run_beside_a_shared_volume(bundle);
  EXPECT_THAT(output.text, HasSubstr("/volume/new ")) << output.errors;
  EXPECT_THAT(output.text, testing::StartsWith("1\n")) << "the host's own mounts were taken away";
  EXPECT_EQ(output.text.find("/rootfs"), std::string::npos) << "the container's own mounts reached the host";
}

TEST_F(Mounts, OfASlaveVolumeTheHostDoesNotHear) {
  for (const char* propagation : {"rslave", "rprivate"}) {
    Bundle bundle("mount -t tmpfs inner /volume/new; cat /proc/self/mountinfo");
    bundle.config["linux"]["rootfsPropagation"] = propagation;
    const Output output = run_beside_a_shared_volume(bundle);
    EXPECT_THAT(output.text, HasSubstr(" /volume/new ")) << output.errors;
    EXPECT_THAT(output.text, testing::EndsWith("\n1\n")) << propagation;
  }
}

TEST_F(Mounts, EveryKindOfPropagationIsTheRoots) {
  if (testing_bundle::runtime().ends_with("/runc"))
    GTEST_SKIP() << "runc 1.1.5 leaves the root private, and fails for unbindable";
  for (const auto& [wanted, seen] :
       {std::pair("shared", " shared:"), std::pair("unbindable", " unbindable ")}) {
    Bundle bundle("head -n 1 /proc/self/mountinfo");
    bundle.config["linux"]["rootfsPropagation"] = wanted;
    EXPECT_THAT(run(bundle).text, HasSubstr(seen)) << wanted;
  }
}

TEST_F(Mounts, ATmpfsWithoutAModeHasThatOfTheDirectoryBelow) {
  if (testing_bundle::runtime().ends_with("crun")) GTEST_SKIP() << "crun leaves it as the kernel makes it";
  Bundle bundle("busybox stat -c %a /tmp");
  bundle.config["mounts"].push_back({{"destination", "/tmp"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
  std::filesystem::create_directories(bundle.path() + "/rootfs/tmp");
  ASSERT_EQ(::chmod((bundle.path() + "/rootfs/tmp").c_str(), 03710), 0);
  EXPECT_EQ(run(bundle).text, "3710\n");
}

TEST_F(Mounts, TypeCgroup2ShowsTheGroupOfV2Alone) {
  if (!ours()) GTEST_SKIP() << "the runtimes of Debian 12 show v1 for it on a hybrid host";
  const bool hybrid = sys::exists("/sys/fs/cgroup/unified/cgroup.procs");
  if (!hybrid && !sys::exists("/sys/fs/cgroup/cgroup.controllers")) GTEST_SKIP() << "no cgroup v2 here";
  Bundle bundle("ls /sys/fs/cgroup");
  bundle.config["mounts"][5]["type"] = "cgroup2";
  if (hybrid) bundle.config["linux"]["resources"]["unified"] = {{"cgroup.max.descendants", "5"}};
  const Output output = run(bundle);
  EXPECT_THAT(output.text, HasSubstr("cgroup.controllers")) << output.errors;
}

}  // namespace
