// Disks that boot by themselves: firmware, loader and system are theirs, and what they write is the VM's own. The system
// here is GRUB alone (loader-disk.sh), which boots in a second even emulated; debian-disk.sh boots a whole Debian, by hand.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "tests/vm/detached_fixture.h"

namespace {

using testing::HasSubstr;
using testing::Not;
using vmtest::eventually;
using vmtest::run_program;

class VmOwnSystem : public vmtest::VmDetached {
 protected:
  void SetUp() override {
    VmDetached::SetUp();
    if (IsSkipped()) return;
    for (const char* program : {"/usr/bin/grub-mkimage", "/sbin/mke2fs", "/usr/bin/qemu-img"})
      if (!sys::exists(program)) GTEST_SKIP() << program << " is not installed";
    ASSERT_EQ(run_program({ISOLAB_SOURCE "/tests/vm/loader-disk.sh", path("disk.raw")}).code, 0);
  }
  // For the system's script: user-data.
  std::string user_data(const std::string& script) const {
    sys::write_file_atomically(path("user-data"), "#!grub\n" + script);
    return path("user-data");
  }
  vmtest::Result boot(const std::string& disk, const std::string& script) const {
    return launcher(
        {"run", "--accel", "tcg", "--name", name_, "--disk", disk, "--cloud-init", user_data(script)});
  }
  bool said(const std::string& text) const {
    return eventually([&] { return verb({"logs", name_}).output.find(text) != std::string::npos; });
  }
};

constexpr char kCount[] = "echo boots before: ${boots}.\nset boots=\"x${boots}\"\nsave_env boots\n";

TEST_F(VmOwnSystem, BootsReadsItsSeedRebootsAndPowersOff) {
  const std::string before = sys::read_file(path("disk.raw"));
  const std::string script = std::string(kCount) + "if [ \"$boots\" = x ]; then reboot; fi\n";
  const auto thin = boot(path("disk.raw"), script);
  EXPECT_EQ(thin.code, 0) << thin.error;
  EXPECT_THAT(thin.output, HasSubstr("instance-id: " + name_));
  EXPECT_THAT(thin.output, HasSubstr("boots before: .")) << "it writes to a disk of its own";
  EXPECT_THAT(thin.output, HasSubstr("boots before: x.")) << "which it finds after its reboot";
  EXPECT_TRUE(sys::read_file(path("disk.raw")) == before) << "the file is as it was";
  EXPECT_FALSE(sys::exists(folder()));
  const auto through = boot(path("disk.raw") + ":rw", kCount);
  EXPECT_THAT(through.output, HasSubstr("boots before: ."));
  EXPECT_THAT(sys::read_file(path("disk.raw")), HasSubstr("boots=x\n")) << through.error;
}

TEST_F(VmOwnSystem, KeepsWhatItWroteAndItsSnapshotsUntilItIsRemoved) {
  const std::string disk = path("disk.qcow2");
  ASSERT_EQ(run_program({"qemu-img", "convert", "-O", "qcow2", path("disk.raw"), disk}).code, 0);
  const std::string before = sys::read_file(disk);
  const std::string script = std::string(kCount) + "echo speak\nread line\necho heard $line\n";
  const auto started = verb(
      {"run", "-d", "--accel", "tcg", "--name", name_, "--disk", disk, "--cloud-init", user_data(script)});
  ASSERT_EQ(started.code, 0) << started.error;
  EXPECT_TRUE(said("speak"));
  EXPECT_EQ(state().at("start"), "disk");
  EXPECT_EQ(state().at("image"), disk);
  EXPECT_THAT(verb({"exec", name_, "true"}).error, HasSubstr("no guest-init"));
  EXPECT_THAT(verb({"snapshot", "create", name_, "early"}).error, HasSubstr("disks at rest"));
  EXPECT_THAT(verb({"console", name_}, "hello\r").output, HasSubstr("heard hello"));
  EXPECT_EQ(state().at("status"), "exited");
  EXPECT_EQ(state().at("exit_code"), 0) << state().at("trouble");

  EXPECT_EQ(verb({"snapshot", "create", name_, "once"}).output, "once\n");
  EXPECT_THAT(verb({"snapshot", "create", name_, "once"}).error, HasSubstr("already"));
  EXPECT_THAT(verb({"snapshot", "ls", name_}).output, testing::ContainsRegex("\nonce +20..-"));
  ASSERT_EQ(verb({"start", name_}).code, 0);
  EXPECT_TRUE(said("boots before: x."));
  EXPECT_EQ(verb({"stop", "-t", "1", name_}).code, 0) << "GRUB does not listen to the power button";
  EXPECT_EQ(state().at("exit_code"), 137);
  EXPECT_EQ(verb({"snapshot", "revert", name_, "once"}).code, 0);
  ASSERT_EQ(verb({"start", name_}).code, 0);
  EXPECT_TRUE(eventually([&] {
    const std::string output = verb({"logs", name_}).output;
    return output.find("speak", output.rfind("boots before: ")) != std::string::npos;
  }));
  EXPECT_THAT(verb({"logs", name_}).output, Not(HasSubstr("boots before: xx."))) << "as the snapshot had it";
  EXPECT_EQ(verb({"kill", name_}).code, 0);
  EXPECT_EQ(verb({"snapshot", "rm", name_, "once"}).code, 0);
  EXPECT_THAT(verb({"snapshot", "revert", name_, "once"}).error, HasSubstr("has no snapshot once"));

  const std::string disks = sys::readlink(folder() + "/disks");
  EXPECT_TRUE(sys::exists(disks + "/system.qcow2"));
  EXPECT_EQ(verb({"rm", name_}).code, 0);
  EXPECT_FALSE(sys::exists(disks));
  EXPECT_TRUE(sys::read_file(disk) == before);
}

TEST_F(VmOwnSystem, ADiskThatCannotKeepSnapshotsSaysSo) {
  ASSERT_EQ(verb({"create", "--name", name_, "--disk", path("disk.raw") + ":rw"}).code, 0);
  const auto raw = verb({"snapshot", "create", name_, "first"});
  EXPECT_EQ(raw.code, 1);
  EXPECT_THAT(raw.error, HasSubstr("is a raw disk, which keeps no snapshots. Next: qemu-img convert"));
  EXPECT_EQ(verb({"rm", name_}).code, 0);
  ASSERT_EQ(verb({"create", "--name", name_, "--rootfs", path("root.tar"), "--", "true"}).code, 0);
  EXPECT_THAT(verb({"snapshot", "ls", name_}).error, HasSubstr("writes to no disk"));
}

}  // namespace
