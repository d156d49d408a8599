// base/sys mounts against the real kernel, in a mount namespace of the test's own.
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "base/sys/namespace.h"
#include "base/sys/process.h"

namespace {

// Runs `body` in a child with a private mount namespace and a tmpfs on /mnt; its result is the exit status.
int in_private_mounts(const std::function<int()>& body) {
  sys::Child child = sys::clone3({CLONE_NEWNS, -1}, [&] {
    try {
      sys::mount("", "/", "", MS_REC | MS_PRIVATE);
      sys::mount("tmpfs", "/mnt", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
      return body();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
      return 99;
    }
  });
  return child.wait().code;
}

class Mounts : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
  }
};

TEST_F(Mounts, PivotingLeavesNothingOfTheOldRoot) {
  EXPECT_EQ(in_private_mounts([] {
              sys::mkdir("/mnt/inside");
              sys::chdir("/mnt");
              sys::pivot_root(".", ".");
              if (!sys::umount_if_mounted(".")) return 1;
              sys::chdir("/");
              return sys::list_directory("/") == std::vector<std::string>{"inside"} ? 0 : 2;
            }),
            0);
}

TEST_F(Mounts, ADetachedCopyIsReadOnlyWhereTheOriginalIsNot) {
  EXPECT_EQ(in_private_mounts([] {
              const sys::UniqueFd copy = sys::open_tree(AT_FDCWD, "/mnt", OPEN_TREE_CLONE);
              sys::mount_setattr(copy.get(), 0, MOUNT_ATTR_RDONLY, 0);
              sys::mkdir("/mnt/target");
              const sys::UniqueFd target = sys::open("/mnt/target", O_PATH | O_DIRECTORY);
              sys::move_mount(copy.get(), target.get());
              sys::mkdir("/mnt/writable");
              try {
                sys::mkdir("/mnt/target/refused");
                return 1;
              } catch (const sys::Error& error) {
                return error.error() == EROFS ? 0 : 2;
              }
            }),
            0);
}

TEST_F(Mounts, AFileSystemCanBeMadeBeforeItHasAPlace) {
  EXPECT_EQ(in_private_mounts([] {
              const sys::UniqueFd made =
                  sys::mount_detached("tmpfs", {{"size", "64k"}, {"mode", "0700"}}, MOUNT_ATTR_NODEV);
              sys::mkdir("/mnt/place");
              const sys::UniqueFd place = sys::open("/mnt/place", O_PATH | O_DIRECTORY);
              sys::move_mount(made.get(), place.get());
              return (sys::stat("/mnt/place").st_mode & 07777) == 0700 ? 0 : 1;
            }),
            0);
}

TEST_F(Mounts, AnErrorNamesSourceTargetTypeAndWhatToLookAt) {
  try {
    sys::mount("none", "/mnt", "nosuchfs", MS_NOSUID);
    FAIL() << "expected sys::Error";
  } catch (const sys::Error& error) {
    EXPECT_EQ(error.error(), ENODEV);
    EXPECT_THAT(error.what(), testing::HasSubstr("none on /mnt, type nosuchfs, MS_NOSUID"));
    EXPECT_THAT(error.what(), testing::HasSubstr("/proc/filesystems"));
  }
}

}  // namespace
