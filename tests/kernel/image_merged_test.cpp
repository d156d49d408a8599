// What image::Merged says of a stack of layers, against what overlayfs shows of the same.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "mini-container/image/merged.h"
#include "mini-container/image/overlay.h"
#include "tests/support/temporary_folder.h"

namespace {

namespace fs = std::filesystem;

class Merged : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
    sys::mkdir(container_);
  }
  void TearDown() override {
    if (sys::exists(container_)) image::unmount_overlay(container_);
  }
  void file(const std::string& layer, const std::string& path, std::size_t bytes) const {
    const fs::path place = folder_ / layer + "/" + path;
    fs::create_directories(place.parent_path());
    std::ofstream(place) << std::string(bytes, 'x');
  }
  void whiteout(const std::string& layer, const std::string& directory, const std::string& name) const {
    const std::string place = folder_ / layer + "/" + directory;
    fs::create_directories(place);
    const sys::UniqueFd open = sys::open(place, O_PATH | O_DIRECTORY);
    sys::mknodat(open.get(), name, S_IFCHR, 0);
  }
  // False where the file system has no place for the mark.
  bool opaque(const std::string& layer, const std::string& name) const {
    fs::create_directories(folder_ / layer + "/" + name);
    const sys::UniqueFd open = sys::open(folder_ / layer, O_RDONLY | O_DIRECTORY);
    return sys::set_attribute_if_supported(open.get(), name, "trusted.overlay.opaque", "y");
  }
  // Path and size of all that the kernel shows.
  std::map<std::string, std::uint64_t> seen(const std::vector<std::string>& layers) const {
    std::vector<std::string> directories;
    directories.reserve(layers.size());
    for (const std::string& layer : layers)
      directories.push_back(folder_ / layer);
    image::mount_overlay(image::plan_overlay(directories, container_, false));
    std::map<std::string, std::uint64_t> files;
    const std::string root = container_ + "/rootfs";
    for (const auto& entry : fs::recursive_directory_iterator(root))
      files[entry.path().string().substr(root.size())] = entry.is_regular_file() ? entry.file_size() : 0;
    return files;
  }
  const support::TemporaryFolder folder_{"merged"};
  const std::string container_ = folder_ / "container";
};

TEST_F(Merged, ShowsTheUppermostAndCountsWhatItHides) {
  file("low", "same", 10);
  file("low", "changed", 100);
  file("low", "gone", 1000);
  file("low", "tree/a", 3);
  file("low", "tree/deep/b", 4);
  file("low", "tree-not/c", 5);
  file("low", "made-new/old", 20);
  file("low", "file-then-directory", 7);
  file("low", "directory-then-file/d", 8);
  file("top", "changed", 50);
  file("top", "added", 1);
  whiteout("top", "", "gone");
  whiteout("top", "", "tree");
  ASSERT_TRUE(opaque("top", "made-new")) << "no trusted attributes here";
  file("top", "made-new/new", 2);
  file("top", "file-then-directory/inside", 6);
  file("top", "directory-then-file", 9);
  image::Merged merged;
  merged.add_layer(folder_ / "low");
  merged.add_layer(folder_ / "top");
  std::map<std::string, std::uint64_t> ours;
  for (const auto& [path, one] : merged.files())
    ours[path] = one.bytes();
  EXPECT_EQ(ours, seen({"low", "top"}));
  EXPECT_EQ(merged.files().at("/same").layer, 0U);
  EXPECT_EQ(merged.files().at("/changed").layer, 1U);
  const image::LayerEffect& effect = merged.effects().back();
  EXPECT_EQ(effect.hidden, 100U + 1000 + 3 + 4 + 20 + 7 + 8);
  EXPECT_EQ(effect.removed, 5U) << "gone, tree/a, tree/deep/b, made-new/old, directory-then-file/d";
  EXPECT_EQ(effect.changed, 3U);
  EXPECT_EQ(effect.added, 3U) << "added, made-new/new, file-then-directory/inside";
  EXPECT_EQ(merged.effects().front().hidden, 0U);
}

}  // namespace
