// base/sys files against the real kernel: confinement, atomic replacement, removal of hostile trees.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "tests/support/temporary_folder.h"

namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  const support::TemporaryFolder folder_{"files"};
  const std::string& directory_ = folder_.path();
};

TEST_F(Files, AForeignPathNeverLeavesItsRoot) {
  fs::create_directory(path("root"));
  std::ofstream(path("secret")) << "host";
  fs::create_symlink(path("secret"), path("root/absolute"));
  fs::create_symlink("../secret", path("root/relative"));
  fs::create_symlink("/proc/self/fd/0", path("root/magic"));
  const sys::UniqueFd root = sys::open(path("root"), O_PATH | O_DIRECTORY);
  for (const char* name : {"absolute", "relative", "../secret", "magic"}) {
    EXPECT_FALSE(sys::open_in_root_if_present(root.get(), name, O_RDONLY)) << name;
  }
}

TEST_F(Files, ReplacementIsWholeAndLeavesNoTemporary) {
  sys::write_file_atomically(path("state.json"), "old");
  sys::write_file_atomically(path("state.json"), "new", 0600);
  EXPECT_EQ(sys::read_file(path("state.json")), "new");
  EXPECT_THAT(sys::list_directory(directory_), testing::ElementsAre("state.json"));
}

TEST_F(Files, AFileSystemIsWrittenOutThroughAnyOfItsDescriptors) {
  std::ofstream(path("data")) << "kept";
  sys::syncfs(sys::open(path("data"), O_RDONLY).get());
  sys::syncfs(sys::open(directory_, O_RDONLY | O_DIRECTORY).get());
  EXPECT_THROW(sys::syncfs(-1), sys::Error);
}

TEST_F(Files, RemovingATreeTakesLinksAndNotTheirTargets) {
  fs::create_directories(path("tree/a/b"));
  std::ofstream(path("kept")) << "kept";
  fs::create_symlink(directory_, path("tree/a/up"));
  fs::create_symlink(path("kept"), path("tree/a/b/link"));
  EXPECT_TRUE(sys::remove_tree(path("tree")));
  EXPECT_FALSE(sys::remove_tree(path("tree")));
  EXPECT_THAT(sys::list_directory(directory_), testing::ElementsAre("kept"));
}

TEST_F(Files, RemovingATreeRefusesWhatIsMountedInIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
  fs::create_directories(path("tree/mounted"));
  sys::mount("tmpfs", path("tree/mounted"), "tmpfs", 0);
  std::ofstream(path("tree/mounted/data")) << "kept";
  EXPECT_THROW(sys::remove_tree(path("tree")), sys::Error);
  EXPECT_TRUE(sys::exists(path("tree/mounted/data")));
  EXPECT_TRUE(sys::umount_if_mounted(path("tree/mounted")));
  EXPECT_FALSE(sys::umount_if_mounted(path("tree/mounted")));
}

TEST_F(Files, ALockIsHeldByOneAndDiesWithItsHolder) {
  {
    const sys::UniqueFd held = sys::lock_file(path("lock"));
    EXPECT_FALSE(sys::try_lock_file(path("lock")));
  }
  EXPECT_TRUE(sys::try_lock_file(path("lock")));
}

TEST_F(Files, ADirectoryIsItsOwnLockAndSaysWhenItIsGone) {
  EXPECT_FALSE(sys::lock_directory_if_present(path("box")));
  sys::mkdir(path("box"));
  const sys::UniqueFd held = sys::lock_directory_if_present(path("box"));
  EXPECT_FALSE(sys::try_lock_directory_if_present(path("box")));
  EXPECT_NE(sys::fstat(held.get()).st_nlink, 0U);
  sys::remove_tree(path("box"));
  EXPECT_EQ(sys::fstat(held.get()).st_nlink, 0U);
}

}  // namespace
