// Disks, for real: what the guest writes reaches the file of the host, and a scratch disk leaves nothing behind.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "tests/vm/vm_fixture.h"

namespace {

using testing::HasSubstr;
using vmtest::run_program;
using vmtest::Vm;

class VmDisk : public Vm {
 protected:
  void SetUp() override {
    Vm::SetUp();
    if (IsSkipped()) return;
    if (!sys::exists("/sbin/mke2fs")) GTEST_SKIP() << "e2fsprogs is not installed";
  }
  std::string make_ext4(const std::string& name) const {
    const std::string file = path(name);
    EXPECT_EQ(run_program({"truncate", "-s", "16m", file}).code, 0);
    EXPECT_EQ(run_program({"/sbin/mke2fs", "-q", "-t", "ext4", file}).code, 0);
    return file;
  }
};

class VmDiskProfile : public VmDisk, public testing::WithParamInterface<const char*> {};

TEST_P(VmDiskProfile, KeepsWhatTheCommandWroteAndIsCleanAfterwards) {
  const std::string disk = make_ext4("data.raw");
  // What the command leaves running holds the mount; the disk is unmounted all the same.
  const auto first = run({"--profile", GetParam(), "--disk", disk + ":/srv/data"},
                         {"sh", "-c", "cd /srv/data && echo kept > file; sleep 100 & exit 3"});
  EXPECT_EQ(first.code, 3) << first.error;
  const auto check = run_program({"/sbin/e2fsck", "-fn", disk});
  EXPECT_EQ(check.code, 0) << check.output;
  EXPECT_THAT(run_program({"/sbin/dumpe2fs", "-h", disk}).output, Not(HasSubstr("needs_recovery")));
  EXPECT_EQ(run_program({"/sbin/debugfs", "-R", "cat file", disk}).output, "kept\n");
  const auto second = run({"--profile", GetParam(), "--disk", disk + ":/srv/data:ro"},
                          {"sh", "-c", "cat /srv/data/file; echo more > /srv/data/other"});
  EXPECT_EQ(second.code, 1);
  EXPECT_EQ(second.output, "kept\n") << second.error;
  EXPECT_THAT(second.error, HasSubstr("Read-only file system"));
}

INSTANTIATE_TEST_SUITE_P(All, VmDiskProfile, testing::Values("devices", "compat"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(VmDisk, WithoutAMountPointIsABareDeviceInTheOrderGiven) {
  const std::string disk = path("bare.raw");
  ASSERT_EQ(run_program({"truncate", "-s", "1m", disk}).code, 0);
  const auto result = run({"--scratch", "8m", "--disk", disk},
                          {"sh", "-c", "cat /sys/block/vda/size /sys/block/vdb/size; echo bytes > /dev/vdb"});
  EXPECT_EQ(result.output, "16384\n2048\n") << result.error;
  EXPECT_TRUE(sys::read_file(disk).starts_with("bytes\n"));
}

TEST_F(VmDisk, MayBeAQcow2Image) {
  if (!sys::exists("/usr/bin/qemu-img")) GTEST_SKIP() << "qemu-utils is not installed";
  const std::string disk = path("image.qcow2");
  ASSERT_EQ(run_program({"qemu-img", "create", "-q", "-f", "qcow2", disk, "64m"}).code, 0);
  ASSERT_EQ(run({"--disk", disk}, {"sh", "-c", "echo bytes > /dev/vda"}).code, 0);
  EXPECT_EQ(run({"--disk", disk + ":ro"}, {"head", "-c", "6", "/dev/vda"}).output, "bytes\n");
  EXPECT_EQ(run_program({"qemu-img", "check", disk}).code, 0);
}

TEST_F(VmDisk, ThatCannotBeMountedIsToldOnTheHost) {
  const std::string blank = path("blank.raw");
  ASSERT_EQ(run_program({"truncate", "-s", "1m", blank}).code, 0);
  const auto result = run({"--disk", blank + ":/data"}, {"echo", "ran"});
  EXPECT_EQ(result.code, 125);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.error, HasSubstr("the disk for /data holds no ext4 file system. Next: "));
}

TEST_F(VmDisk, IsRefusedWhereTheGuestWouldSeeNone) {
  const auto tiny = run({"--profile", "tiny", "--scratch", "8m"}, {"true"});
  EXPECT_EQ(tiny.code, 125);
  EXPECT_THAT(tiny.error, HasSubstr("--profile tiny has no virtio"));
  EXPECT_EQ(run({"--disk", path("nosuch")}, {"true"}).code, 125);
}

class VmScratch : public VmDisk {
 protected:
  // The scratch file among what a process has open: "/tmp/x/#123 (deleted)".
  bool holds_scratch(const std::string& pid) const {
    std::error_code ignored;
    for (const auto& fd : std::filesystem::directory_iterator("/proc/" + pid + "/fd", ignored)) {
      const auto target = std::filesystem::read_symlink(fd.path(), ignored).string();
      if (target.starts_with(path("scratch/")) && target.ends_with("(deleted)")) return true;
    }
    return false;
  }
  std::vector<std::string> holders() const {
    std::vector<std::string> found;
    for (const std::string& name : sys::list_directory("/proc"))
      if (std::isdigit(static_cast<unsigned char>(name.front())) != 0 && holds_scratch(name))
        found.push_back(name);
    return found;
  }
  sys::Child start_with_scratch(const std::string& name) const {
    sys::mkdir(path("scratch"));
    ::setenv("TMPDIR", path("scratch").c_str(), 1);
    sys::Child child = start_sleeper(name, {"--scratch", "32m:/data"});
    ::unsetenv("TMPDIR");
    return child;
  }
};

TEST_F(VmScratch, IsADiskWithAFileSystem) {
  const auto result =
      run({"--scratch", "64m:/data"},
          {"sh", "-c", "grep /data /proc/mounts; head -c 9000000 /dev/zero > /data/f && wc -c /data/f"});
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT(result.output, HasSubstr("/dev/vda /data ext4 rw"));
  EXPECT_THAT(result.output, HasSubstr("9000000 /data/f"));
}

TEST_F(VmScratch, OnAFullHostIsAnErrorAndNoStandstill) {
  if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
  sys::mkdir(path("full"));
  sys::mount("tmpfs", path("full"), "tmpfs", 0, "size=4m");
  ::setenv("TMPDIR", path("full").c_str(), 1);
  const auto told = run({"--scratch", "64m:/data"},
                        {"sh", "-c", "dd if=/dev/zero of=/data/f bs=1M count=16 conv=fsync || exit 3"});
  const auto hidden = run({"--scratch", "64m"}, {"dd", "if=/dev/zero", "of=/dev/vda", "bs=1M", "count=16"});
  ::unsetenv("TMPDIR");
  sys::umount_if_mounted(path("full"));
  EXPECT_THAT(told.error, HasSubstr("Input/output error"));
  EXPECT_NE(told.code, 0);
  EXPECT_EQ(hidden.code, 125) << "the command saw no error; the disk did";
  EXPECT_THAT(hidden.error, HasSubstr("what was written is not all on the disk"));
}

TEST_F(VmScratch, IsGoneWithItsVm) {
  sys::Child child = start_with_scratch("scratched");
  const pid_t qemu = nlohmann::json::parse(listed("scratched")).at("qemu").at("pid");
  EXPECT_TRUE(holds_scratch(std::to_string(qemu)));
  EXPECT_TRUE(sys::list_directory(path("scratch")).empty()) << "it never had a name";
  EXPECT_EQ(launcher({"stop", "-t", "20", "scratched"}).code, 0);
  child.wait();
  EXPECT_THAT(holders(), testing::IsEmpty());
}

TEST_F(VmScratch, OfAKilledLauncherGoesWithTheNextCommand) {
  sys::Child child = start_with_scratch("abandoned");
  child.kill(SIGKILL);
  child.wait();
  EXPECT_EQ(listed("abandoned"), "");
  EXPECT_TRUE(vmtest::eventually([&] { return holders().empty(); }));
  EXPECT_TRUE(sys::list_directory(path("scratch")).empty());
}

}  // namespace
