// The overlay of a container: layers merged, changes in the upper directory, nothing left of a failed mount.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "base/sys/mount.h"
#include "base/sys/namespace.h"
#include "mini-container/image/export.h"
#include "mini-container/image/overlay.h"
#include "tests/support/temporary_folder.h"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Overlay : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
    sys::mkdir(container_);
    try {
      layer("probe");
      image::mount_overlay(image::plan_overlay({directory_ + "/probe"}, container_, false));
      image::unmount_overlay(container_);
      for (const char* made : {"/upper", "/work", "/rootfs"})
        sys::remove_tree(container_ + made);
    } catch (const sys::Error& error) {
      GTEST_SKIP() << "no overlayfs on this file system: " << error.what();
    }
  }
  void TearDown() override {
    if (sys::exists(container_)) image::unmount_overlay(container_);
  }
  // A layer with one file of its own name.
  std::string layer(const std::string& name) const {
    sys::mkdir(directory_ + "/" + name);
    std::ofstream(directory_ + "/" + name + "/" + name) << name;
    return directory_ + "/" + name;
  }
  const support::TemporaryFolder folder_{"overlay"};
  const std::string& directory_ = folder_.path();
  const std::string container_ = folder_ / "container";
};

TEST_F(Overlay, TheTopLayerHidesTheSamePathBelowAndAWhiteoutRemovesIt) {
  const std::string low = layer("low");
  const std::string top = layer("top");
  std::ofstream(top + "/low") << "changed";
  std::ofstream(low + "/gone") << "x";
  const sys::UniqueFd directory = sys::open(top, O_PATH | O_DIRECTORY);
  sys::mknodat(directory.get(), "gone", S_IFCHR, 0);
  image::mount_overlay(image::plan_overlay({low, top}, container_, false));
  EXPECT_THAT(sys::list_directory(container_ + "/rootfs"), ElementsAre("low", "top"));
  EXPECT_EQ(sys::read_file(container_ + "/rootfs/low"), "changed");
}

TEST_F(Overlay, ChangesGoToTheUpperDirectoryAndLayersStayAsTheyWere) {
  const std::string low = layer("low");
  image::mount_overlay(image::plan_overlay({low}, container_, false));
  std::ofstream(container_ + "/rootfs/low") << "container";
  EXPECT_EQ(sys::read_file(low + "/low"), "low");
  EXPECT_EQ(sys::read_file(container_ + "/upper/low"), "container");
  EXPECT_TRUE(image::unmount_overlay(container_));
  EXPECT_FALSE(image::unmount_overlay(container_));
  EXPECT_THAT(sys::list_directory(container_ + "/rootfs"), IsEmpty());
}

TEST_F(Overlay, ATemporaryContainerMountsAgainAfterItsFirstEnd) {
  const auto plan = image::plan_overlay({layer("low")}, container_, true);
  image::mount_overlay(plan);
  std::ofstream(container_ + "/rootfs/kept") << "x";
  image::unmount_overlay(container_);
  image::mount_overlay(plan);
  EXPECT_TRUE(sys::exists(container_ + "/rootfs/kept"));
}

TEST_F(Overlay, MoreLayersThanOnePageOfOptionsCanNameAreMounted) {
  std::vector<std::string> layers;
  for (int number = 100; number < 220; ++number)
    layers.push_back(layer("layer-with-a-long-name-" + std::to_string(number)));
  const auto plan = image::plan_overlay(layers, container_, false);
  ASSERT_GT(image::overlay_options(plan).size(), 4096U);
  image::mount_overlay(plan);
  EXPECT_EQ(sys::list_directory(container_ + "/rootfs").size(), layers.size());
}

TEST_F(Overlay, AFailedMountLeavesNothing) {
  EXPECT_THROW(image::mount_overlay(image::plan_overlay({directory_ + "/missing"}, container_, false)),
               sys::Error);
  EXPECT_THAT(sys::list_directory(container_), IsEmpty());
}

TEST_F(Overlay, AMergedViewIsReadOnlyAndSeenByNobodyElse) {
  const std::string low = layer("low");
  const std::string mounts = sys::read_file("/proc/self/mountinfo");
  const sys::UniqueFd view = image::merged_view({low, layer("top")});
  EXPECT_THAT(sys::list_directory(view.get()), ElementsAre("low", "top"));
  EXPECT_THROW(sys::mkdirat_if_missing(view.get(), "new", 0755), sys::Error);
  EXPECT_EQ(sys::read_file("/proc/self/mountinfo"), mounts);
}

}  // namespace
