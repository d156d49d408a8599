// The disk of the engine is full: each verb that writes says so, with the call, the file and the reason; what it began is
// gone, what was there is whole, and all goes on as soon as there is room. Reads: ENOSPC in errno(3), loop(4).
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <memory>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/registry_server.h"
#include "tests/support/temporary_folder.h"

namespace {

using e2e::Result;
using testing::HasSubstr;

constexpr char kFull[] = "No space left on device";

class DiskFull : public e2e::Containers {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
    folder_ = std::make_unique<support::TemporaryFolder>("disk");
    const std::string image = *folder_ / "image";
    disk_ = *folder_ / "disk";
    sys::mkdir(disk_, 0755);
    const Result made = e2e::run(
        {"sh", "-ec", "truncate -s 64M $0; mkfs.ext4 -q -m 0 -O ^has_journal $0; mount -o loop $0 $1", image,
         disk_});
    if (made.code != 0) GTEST_SKIP() << "no loop device here: " << made.err;
    mounted_ = true;
    root_ = disk_ + "/root";
    sys::mkdir(root_, 0755);
    ASSERT_EQ(run_container({"--rm", "--network", "none", "busybox", "true"}).code, 0);
  }
  void TearDown() override {
    if (mounted_) {
      leave_free(-1);
      mini({"ps"});
      EXPECT_EQ(mini({"reset", "-f"}).code, 0);
      EXPECT_EQ(leaks(), "");
      EXPECT_EQ(::umount2(disk_.c_str(), 0), 0) << "somebody still holds the disk";
    }
    folder_.reset();
  }

  std::int64_t free_bytes() const {
    struct statvfs disk {};
    EXPECT_EQ(::statvfs(disk_.c_str(), &disk), 0);
    return static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
  }
  // Fills the disk but for so many bytes; -1 gives all back.
  void leave_free(std::int64_t bytes) const {
    const std::string filler = disk_ + "/filler";
    sys::unlink_if_present(filler);
    if (bytes < 0) return;
    const sys::UniqueFd file = sys::open(filler, O_WRONLY | O_CREAT | O_EXCL, 0600);
    // What a file's own map takes is not known beforehand: first most of it, then block by block.
    std::int64_t size = std::max<std::int64_t>(free_bytes() - bytes - 65536, 0);
    if (size > 0) {
      ASSERT_EQ(::posix_fallocate(file.get(), 0, size), 0);
    }
    while (free_bytes() > bytes && ::posix_fallocate(file.get(), size, 4096) == 0)
      size += 4096;
  }
  // Nothing of what failed is left, and everything else is as it was.
  void expect_sound(const std::string& images) const {
    const Result check = mini({"system", "check"});
    EXPECT_EQ(check.code, 0) << check.out << check.err;
    EXPECT_EQ(mini({"images", "--format", "{{.Repository}}"}).out, images);
    EXPECT_EQ(leaks(), "");
  }
  // Fails for want of room.
  void expect_full(const Result& result, int code) const {
    EXPECT_EQ(result.code, code);
    EXPECT_THAT(result.err, HasSubstr(kFull));
    EXPECT_THAT(result.err, HasSubstr("see df -h")) << "what to do next is not said";
  }
  // A tar of an image of some megabytes, beside the disk.
  std::string make_large_image(const std::string& name) const {
    const std::string tar = *folder_ / "large.tar";
    const Result made = e2e::run(
        {"sh", "-ec",
         "mkdir $0/tree; head -c 12000000 /dev/urandom >$0/tree/noise; tar -C $0/tree -cf $0/flat.tar .",
         folder_->path()});
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(mini({"import", *folder_ / "flat.tar", name}).code, 0);
    EXPECT_EQ(mini({"save", "-o", tar, name}).code, 0);
    return tar;
  }

  std::unique_ptr<support::TemporaryFolder> folder_;
  std::string disk_;
  bool mounted_ = false;
};

TEST_F(DiskFull, ALoadLeavesTheStoreAsItWas) {
  const std::string tar = make_large_image("large");
  ASSERT_EQ(mini({"rmi", "large"}).code, 0);
  for (const std::int64_t room : {0, 100'000, 10'000'000}) {
    leave_free(room);
    expect_full(mini({"load", "-i", tar}), 1);
    expect_full(mini({"import", *folder_ / "flat.tar", "flat"}), 1);
    expect_sound("busybox\n");
  }
  leave_free(-1);
  EXPECT_EQ(mini({"load", "-i", tar}).code, 0);
}

TEST_F(DiskFull, APullLeavesTheStoreAsItWasAndGoesOnWhenThereIsRoom) {
  if (!e2e::RegistryServer::installed()) GTEST_SKIP() << "docker-registry is not installed";
  const e2e::RegistryServer server(*folder_ / "registry");
  const std::string name = server.host() + "/large:1";
  make_large_image(name);
  ASSERT_EQ(mini({"push", name}).code, 0);
  ASSERT_EQ(mini({"rmi", name}).code, 0);
  for (const std::int64_t room : {0, 5'000'000, 14'000'000}) {
    leave_free(room);
    expect_full(mini({"pull", name}), 1);
    expect_sound("busybox\n");
  }
  leave_free(-1);
  EXPECT_EQ(mini({"pull", "-q", name}).code, 0);
  expect_sound(name.substr(0, name.rfind(':')) + "\nbusybox\n");
}

TEST_F(DiskFull, ACommitMakesNoImage) {
  ASSERT_EQ(run_container({"--name", "box", "--network", "none", "busybox", "sh", "-c",
                           "head -c 8000000 /dev/urandom >/noise"})
                .code,
            0);
  for (const std::int64_t room : {0, 4'000'000, 10'000'000}) {
    leave_free(room);
    expect_full(mini({"commit", "box", "large"}), 1);
    expect_sound("busybox\n");
  }
  leave_free(-1);
  EXPECT_EQ(mini({"commit", "box", "large"}).code, 0);
}

TEST_F(DiskFull, ARunEndsBeforeItsProgramOrTellsIt) {
  leave_free(0);
  expect_full(run_container({"--rm", "--network", "none", "busybox", "true"}), 125);
  expect_full(run_container({"-d", "busybox", "true"}), 125);
  expect_sound("busybox\n");
  EXPECT_EQ(mini({"ps", "-aq"}).out, "");
  leave_free(1'000'000);
  const Result inside = run_container(
      {"--rm", "--network", "none", "busybox", "sh", "-c", "dd if=/dev/zero of=/big bs=1M count=9"});
  EXPECT_EQ(inside.code, 1);
  EXPECT_THAT(inside.err, HasSubstr(kFull));
  expect_sound("busybox\n");
}

TEST_F(DiskFull, ACopyIntoAContainerSaysSo) {
  ASSERT_EQ(run_container({"--name", "box", "--network", "none", "busybox", "true"}).code, 0);
  ASSERT_EQ(e2e::run({"sh", "-c", "head -c 9000000 /dev/zero >$0", *folder_ / "big"}).code, 0);
  leave_free(1'000'000);
  expect_full(mini({"cp", *folder_ / "big", "box:/big"}), 1);
  expect_sound("busybox\n");
}

TEST_F(DiskFull, ALogThatCannotBeWrittenDoesNotStopTheContainer) {
  detached({"--name", "box", "busybox", "sh", "-c",
            "echo first; until [ -e /full ]; do sleep 0.05; done; seq 20000; echo alive >/dev/shm/word; "
            "until [ -e "
            "/free ]; do sleep 0.05; done; echo last; exit 3"});
  ASSERT_TRUE(e2e::eventually([&] { return mini({"logs", "box"}).out == "first\n"; }));
  ASSERT_EQ(mini({"exec", "box", "touch", "/full"}).code, 0);
  leave_free(0);
  const std::string word = "/proc/" + inspect("box")["State"]["Pid"].dump() + "/root/dev/shm/word";
  EXPECT_TRUE(e2e::eventually([&] { return sys::read_file_if_present(word) == "alive\n"; }))
      << "the container waits for its log";
  const Result during = mini({"logs", "box"});
  EXPECT_EQ(during.code, 0) << during.err;
  EXPECT_THAT(during.out, testing::StartsWith("first\n"));
  leave_free(-1);
  ASSERT_EQ(mini({"exec", "box", "touch", "/free"}).code, 0);
  EXPECT_EQ(mini({"wait", "box"}).out, "3\n");
  EXPECT_THAT(mini({"logs", "box"}).out, testing::EndsWith("\nlast\n"));
  expect_sound("busybox\n");
}

TEST_F(DiskFull, WhatRunsIsStoppedAndRemoved) {
  detached({"--name", "box", "busybox", "sleep", "1000"});
  leave_free(0);
  EXPECT_EQ(mini({"stop", "-t", "0", "box"}).code, 0);
  EXPECT_EQ(mini({"rm", "-f", "box"}).code, 0);
  expect_sound("busybox\n");
}

}  // namespace
