// A container without a mount namespace: chroot(2) alone keeps it in its root, and the host's mounts are those of before.
// Reads: chroot(2), mount_namespaces(7), runtime-spec config-linux.md (namespaces).
#include <sched.h>
#include <sys/mount.h>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

// Only the root's own entries show where a program is: there is no /proc to ask.
constexpr char kWhereAmI[] = "[ -e /data ] && [ ! -e /home ] && echo \"inside, in $(pwd)\"";

class NoMounts : public Runtime {
 protected:
  void SetUp() override {
    if (testing_bundle::runtime().ends_with("runc"))
      GTEST_SKIP() << "runc works only with a procfs, which it mounts on the host and leaves there";
    Runtime::SetUp();
    // WHY: the mounts that are looked at here must be nobody else's, and none may stay behind if a case fails.
    ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  }
  static Bundle& shared(Bundle& bundle) {
    bundle.share_mounts();
    return bundle;
  }
  static std::string mounts() { return sys::read_file("/proc/self/mountinfo"); }
};

TEST_F(NoMounts, TheRootIsTheBundlesAndTheNamespaceTheCallers) {
  Bundle bundle(std::string(kWhereAmI) + "; echo lost > /dev/null; sleep 100");
  shared(bundle).write();
  const auto started = verb({"run", "--detach", "--bundle", bundle.path(), id_});
  ASSERT_EQ(started.status.shell_code(), 0) << started.errors;
  const std::string place = "/proc/" + std::to_string(state().at("pid").get<int>());
  EXPECT_EQ(sys::readlink(place + "/ns/mnt"), sys::readlink("/proc/self/ns/mnt"));
  EXPECT_EQ(sys::readlink(place + "/root"), bundle.rootfs());
  EXPECT_EQ(sys::readlink(place + "/cwd"), bundle.rootfs());
}

TEST_F(NoMounts, TheProgramSeesItsRootAlone) {
  Bundle bundle(kWhereAmI);
  EXPECT_EQ(run(shared(bundle)).text, "inside, in /\n");
}

TEST_F(NoMounts, ExecEntersTheSameRoot) {
  if (!ours()) GTEST_SKIP() << "what crun executes is in the host's root";
  Bundle bundle("sleep 100");
  shared(bundle).write();
  ASSERT_EQ(verb({"run", "--detach", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  const auto output = verb({"exec", id_, "/bin/sh", "-c", kWhereAmI});
  EXPECT_EQ(output.text, "inside, in /\n") << output.errors;
}

TEST_F(NoMounts, TheHostsMountsStayAsTheyWere) {
  if (!ours()) GTEST_SKIP() << "crun says nothing of what it leaves out";
  Bundle bundle("sleep 100");
  shared(bundle);
  bundle.config["mounts"] = {{{"destination", "/proc"}, {"type", "proc"}, {"source", "proc"}},
                             {{"destination", "/tmp"}, {"type", "tmpfs"}, {"source", "tmpfs"}}};
  bundle.write();
  const std::string before = mounts();
  const auto started = verb({"run", "--detach", "--bundle", bundle.path(), id_});
  EXPECT_THAT(started.errors, HasSubstr("nothing is mounted, not even on /proc, /tmp"));
  EXPECT_EQ(status(), "running");
  EXPECT_EQ(mounts(), before) << "while it runs";
  EXPECT_EQ(verb({"delete", "--force", id_}).status.shell_code(), 0);
  EXPECT_EQ(mounts(), before) << "when it is gone";
}

TEST_F(NoMounts, AFileOfTheImageThatPosesAsADeviceIsRefused) {
  if (!ours()) GTEST_SKIP() << "a promise of mini-runtime alone";
  Bundle bundle("true");
  sys::replace_file(bundle.rootfs("/dev/null"), "keeps what it is told to forget");
  EXPECT_THAT(run(shared(bundle)).errors, HasSubstr("the image has another file at /dev/null"));
}

TEST_F(NoMounts, TheCallersOwnNamespaceIsNotToBeJoined) {
  if (!ours()) GTEST_SKIP() << "a promise of mini-runtime alone";
  Bundle bundle("true");
  for (auto& space : bundle.config["linux"]["namespaces"])
    if (space["type"] == "mount") space["path"] = "/proc/self/ns/mnt";
  const std::string before = mounts();
  EXPECT_THAT(run(bundle).errors, HasSubstr("the runtime's own mount namespace"));
  EXPECT_EQ(mounts(), before);
}

}  // namespace
