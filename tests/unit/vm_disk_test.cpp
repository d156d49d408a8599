// What the user says of disks, and the files behind them.
#include <gmock/gmock.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/sys/file.h"
#include "tests/support/temporary_folder.h"
#include "vm-launcher/disk/host_disk.h"
#include "vm-launcher/disk/overlay.h"
#include "vm-launcher/disk/seed.h"

namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "accepted";
}

TEST(DiskSpec, AFileMayHaveAMountPointAndBeReadOnly) {
  const auto bare = vm::parse_disk("data.raw");
  EXPECT_EQ(bare.file, "data.raw");
  EXPECT_EQ(bare.mount_point, "");
  EXPECT_FALSE(bare.read_only);
  EXPECT_EQ(vm::parse_disk("data.raw:/srv/data").mount_point, "/srv/data");
  EXPECT_FALSE(vm::parse_disk("data.raw:/srv:rw").read_only);
  EXPECT_TRUE(vm::parse_disk("debian.qcow2:rw").write_through);
  EXPECT_FALSE(vm::parse_disk("debian.qcow2").write_through);
  const auto whole = vm::parse_disk("/images/data.qcow2:/srv:ro");
  EXPECT_EQ(whole.file, "/images/data.qcow2");
  EXPECT_EQ(whole.mount_point, "/srv");
  EXPECT_TRUE(whole.read_only);
  EXPECT_TRUE(vm::parse_disk("data.raw:ro").read_only);
}

TEST(DiskSpec, AScratchDiskHasASize) {
  EXPECT_EQ(vm::parse_scratch("64m:/data").scratch_mib, 64U);
  EXPECT_EQ(vm::parse_scratch("64m:/data").mount_point, "/data");
  EXPECT_EQ(vm::parse_scratch("2G").scratch_mib, 2048U);
  EXPECT_EQ(vm::parse_scratch("100").scratch_mib, 100U);
}

TEST(DiskSpec, WhatCannotBeMeantIsRefusedWithTheOptionAndTheReason) {
  for (const char* text : {"", ":", ":/data", "a:b", "a:/", "a://", "a:/x/../y", "a:x/y", "a:/x:readonly",
                           "a:/x:", "a:/x:ro:ro", "a:ro:/x"})
    EXPECT_THAT(refusal([&] { vm::parse_disk(text); }), StartsWith(std::string("--disk ") + text + ": "));
  for (const char* text : {"", "0", "m", "64k", "1t", "-1", "1.5g", "64m:data", "64m:/data:ro", "99999999g"})
    EXPECT_THAT(refusal([&] { vm::parse_scratch(text); }),
                StartsWith(std::string("--scratch ") + text + ": "));
  EXPECT_THAT(refusal([] { vm::mebibytes("--memory", "lots"); }), StartsWith("--memory lots: give MiB"));
}

TEST(DiskSpec, TheNameDecidesTheFormat) {
  EXPECT_EQ(vm::format_named_by("/x/debian.qcow2"), "qcow2");
  EXPECT_EQ(vm::format_named_by("/x.qcow2/disk"), "raw");
}

TEST(DiskSpec, DisksOfOneMachineDoNotMeet) {
  vm::DiskSpec disk;
  vm::check_together({disk, disk});
  disk.mount_point = "/data";
  EXPECT_THAT(refusal([&] { vm::check_together({disk, disk}); }), HasSubstr("mount point /data"));
  EXPECT_THAT(refusal([] { vm::check_together(std::vector<vm::DiskSpec>(7)); }),
              HasSubstr("at most 6 disks"));
}

class HostDisk : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  static vm::DiskSpec file(const std::string& path) {
    vm::DiskSpec spec;
    spec.file = path;
    return spec;
  }
  const support::TemporaryFolder folder_{"disk"};
};

TEST_F(HostDisk, AFileIsTakenAsItIsNamed) {
  const auto raw = vm::open_disk(file(write("data.img", std::string(4096, '\0'))));
  EXPECT_EQ(raw.disk.format, "raw");
  EXPECT_EQ(raw.disk.file, folder_ / "data.img");
  EXPECT_EQ(vm::open_disk(file(write("data.qcow2", "QFI\xfb..."))).disk.format, "qcow2");
}

TEST_F(HostDisk, AFileThatIsNotWhatItSeemsIsRefused) {
  const auto reason = [](const std::string& path) { return refusal([&] { vm::open_disk(file(path)); }); };
  EXPECT_THAT(reason(folder_ / "nosuch"), HasSubstr("No such file"));
  EXPECT_THAT(reason(write("empty", "")), HasSubstr("the file is empty. Next: truncate"));
  EXPECT_THAT(reason(write("fake.qcow2", "text")), HasSubstr("not a qcow2 image"));
  // A guest wrote this header into its raw disk; the next boot must not follow it.
  EXPECT_THAT(reason(write("turned.raw", "QFI\xfb...")), HasSubstr("not named so"));
  EXPECT_THAT(reason("/dev/null"), HasSubstr("not a regular file"));
}

TEST_F(HostDisk, AScratchDiskHasItsSizeAFileSystemAndNoName) {
  if (!sys::exists("/sbin/mke2fs")) GTEST_SKIP() << "e2fsprogs is not installed";
  ::setenv("TMPDIR", folder_.path().c_str(), 1);
  const auto scratch = vm::open_disk(vm::parse_scratch("64m:/data"));
  ::unsetenv("TMPDIR");
  EXPECT_TRUE(sys::list_directory(folder_.path()).empty());
  EXPECT_THAT(sys::readlink(scratch.disk.file), StartsWith(folder_.path()));
  EXPECT_THAT(sys::readlink(scratch.disk.file), EndsWith("(deleted)"));
  const struct stat status = sys::fstat(scratch.file.get());
  EXPECT_EQ(status.st_size, 64 << 20);
  EXPECT_EQ(status.st_nlink, 0U);
  EXPECT_LT(status.st_blocks * 512, 4 << 20) << "a new disk takes hardly any room";
  const std::string bytes = sys::read_at_start(scratch.file.get());
  // SPEC: ext4 "s_magic" of the superblock, which starts at 1024.
  EXPECT_EQ(bytes.substr(1024 + 0x38, 2), "\x53\xef");
}

TEST_F(HostDisk, IsOpenedPastTheHostsPageCacheOnlyWhereThatWorks) {
  const auto direct = [](const std::string& name) {
    ::setenv("TMPDIR", name.c_str(), 1);
    const bool answer = vm::open_disk(vm::parse_scratch("1m")).disk.direct;
    ::unsetenv("TMPDIR");
    return answer;
  };
  const auto type_of = [](const std::string& name) {
    return sys::filesystem_type(sys::open(name, O_RDONLY | O_DIRECTORY).get());
  };
  if (type_of("/var/tmp") != EXT4_SUPER_MAGIC || type_of("/dev/shm") != TMPFS_MAGIC)
    GTEST_SKIP() << "/var/tmp is not ext4, or /dev/shm not tmpfs";
  EXPECT_TRUE(direct("/var/tmp"));
  // tmpfs learned O_DIRECT in Linux 6.6; either answer must be the kernel's.
  const auto file = sys::create_exclusive("/dev/shm/isolab-direct-" + std::to_string(::getpid()), 0600);
  bool kernel_takes_it = true;
  try {
    sys::open(sys::fd_path(file.get()), O_RDWR | O_DIRECT);
  } catch (const sys::Error&) {
    kernel_takes_it = false;
  }
  sys::unlink_if_present("/dev/shm/isolab-direct-" + std::to_string(::getpid()));
  EXPECT_EQ(direct("/dev/shm"), kernel_takes_it);
}

TEST_F(HostDisk, ASeedIsAFileSystemWithTheNameThatCloudInitLooksFor) {
  const std::string seed = folder_ / "seed.iso";
  vm::write_seed(seed, "web", "#cloud-config\n");
  const std::string bytes = sys::read_file(seed);
  // SPEC: ECMA-119 8.4: the primary volume descriptor is in block 16, its volume identifier at byte 40.
  EXPECT_EQ(bytes.substr(16 * 2048 + 1, 5), "CD001");
  EXPECT_THAT(bytes.substr(16 * 2048 + 40, 32), StartsWith("CIDATA ")) << "cloud-init takes both cases";
  EXPECT_THAT(bytes, HasSubstr("instance-id: web\nlocal-hostname: web\n"));
  EXPECT_GE(bytes.size(), 1U << 20U) << "or a BIOS does not show it";
  vm::check_user_data("file", "#!/bin/sh\n");
  EXPECT_THAT(refusal([] { vm::check_user_data("file", "packages: [vim]\n"); }),
              HasSubstr("--cloud-init file: cloud-init would ignore it"));
}

TEST_F(HostDisk, AnOverlayTakesTheWritesAndIsMadeOnce) {
  if (!sys::exists("/usr/bin/qemu-img")) GTEST_SKIP() << "qemu-utils is not installed";
  const vm::Disk base = {write("base.raw", std::string(1 << 20, 'x')), "raw", true, false};
  const vm::Disk overlay = vm::ensure_overlay(base, folder_.path());
  EXPECT_EQ(overlay.format, "qcow2");
  EXPECT_FALSE(overlay.read_only);
  vm::make_disk_snapshot(overlay.file, "first");
  EXPECT_EQ(vm::ensure_overlay(base, folder_.path()).file, overlay.file);
  ASSERT_EQ(vm::disk_snapshots(overlay.file).size(), 1U);
  EXPECT_EQ(vm::disk_snapshots(overlay.file)[0].name, "first");
  vm::remove_disk_snapshot(overlay.file, "first");
  EXPECT_TRUE(vm::disk_snapshots(overlay.file).empty());
}

TEST_F(HostDisk, AFolderThatCannotHoldNamelessFilesSaysSo) {
  ::setenv("TMPDIR", "/proc", 1);
  EXPECT_THAT(refusal([] { vm::open_disk(vm::parse_scratch("64m")); }), HasSubstr("Next: set TMPDIR"));
  ::unsetenv("TMPDIR");
}

}  // namespace
