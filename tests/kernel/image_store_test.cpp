// The image store against a real file system: import, sharing, removal, and nothing changed on failure.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "mini-container/image/busybox.h"
#include "mini-container/image/store.h"
#include "tests/support/tar_builder.h"
#include "tests/support/temporary_folder.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
namespace tar = testing_tar;

class ImageStore : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "unpacking owners, devices and whiteouts needs root";
  }
  image::Store store() const { return image::Store(directory_ + "/store"); }
  image::Image import(const std::string& bytes, const std::string& name,
                      image::ImportOptions options = {}) const {
    if (options.created.empty()) options.created = "2024-01-02T03:04:05Z";
    const sys::UniqueFd source = sys::memfd_create("tar");
    sys::pwrite_all(source.get(), bytes, 0);
    return store().import_tar(source.get(), image::parse_reference(name), options);
  }
  // Paths of all that the store holds, without its lock.
  std::vector<std::string> content() const {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_)) {
      if (entry.path().filename() != "lock") paths.push_back(entry.path().lexically_relative(directory_));
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  const support::TemporaryFolder folder_{"store"};
  const std::string& directory_ = folder_.path();
};

std::vector<std::string> nobody(const image::Image& /*image*/) {
  return {};
}

std::vector<std::string> somebody(const image::Image& /*image*/) {
  return {"0123456789ab"};
}

std::string small_tar(const std::string& content = "hello") {
  return tar::directory("bin") + tar::file("bin/greeting", content) + tar::end_mark();
}

TEST_F(ImageStore, AnImportedTarIsFoundByNameTagAndIdAndItsFilesAreThere) {
  const image::Image made = import(small_tar(), "greeter:1.0", {.config = {.cmd = {"cat", "/bin/greeting"}}});
  EXPECT_THAT(made.names, ElementsAre("greeter:1.0"));
  EXPECT_EQ(made.size(), 5U);
  EXPECT_THAT(made.config.cmd, ElementsAre("cat", "/bin/greeting"));
  for (const std::string& name :
       {std::string("greeter:1.0"), made.id, image::short_id(made), made.id.substr(7)}) {
    ASSERT_TRUE(store().find(name)) << name;
    EXPECT_EQ(store().get(name).id, made.id) << name;
  }
  EXPECT_FALSE(store().find("greeter"));
  const auto layers = store().layer_directories(made);
  ASSERT_THAT(layers, SizeIs(1));
  EXPECT_EQ(sys::read_file(layers[0] + "/bin/greeting"), "hello");
}

TEST_F(ImageStore, SameContentGivesTheSameImageOnce) {
  const image::Image one = import(small_tar(), "one");
  const image::Image two = import(small_tar(), "two");
  EXPECT_EQ(one.id, two.id);
  ASSERT_THAT(store().list(), SizeIs(1));
  EXPECT_THAT(store().list()[0].names, ElementsAre("one:latest", "two:latest"));
}

TEST_F(ImageStore, ANameMovesAndTheOldImageStaysNamelessUntilPruned) {
  const image::Image old = import(small_tar("old"), "app");
  const std::string layer = store().layer_directories(old)[0];
  const image::Image fresh = import(small_tar("new"), "app");
  EXPECT_EQ(store().get("app").id, fresh.id);
  EXPECT_THAT(store().get(old.id).names, IsEmpty());
  const image::Removal removal = store().prune(false, nobody);
  EXPECT_THAT(removal.deleted, ElementsAre(old.id, old.diff_ids[0]));
  EXPECT_THAT(store().list(), SizeIs(1));
  EXPECT_TRUE(sys::exists(store().layer_directories(fresh)[0]));
  EXPECT_FALSE(sys::exists(layer));
}

TEST_F(ImageStore, TheLastNameTakesTheImageWithIt) {
  const image::Image made = import(small_tar(), "one");
  store().tag(made, image::parse_reference("two:x"));
  EXPECT_THAT(store().remove("one", false, nobody).deleted, IsEmpty());
  EXPECT_EQ(store().get("two:x").id, made.id);
  const image::Removal last = store().remove("two:x", false, nobody);
  EXPECT_THAT(last.untagged, ElementsAre("two:x"));
  EXPECT_THAT(last.deleted, ElementsAre(made.id, made.diff_ids[0]));
  EXPECT_THAT(store().list(), IsEmpty());
  EXPECT_THAT(sys::list_directory(directory_ + "/store/layers"), IsEmpty());
  EXPECT_THAT(sys::list_directory(directory_ + "/store/oci/blobs/sha256"), IsEmpty());
}

TEST_F(ImageStore, RemovingByIdNeedsForceWhenThereAreSeveralNames) {
  const image::Image made = import(small_tar(), "one");
  store().tag(made, image::parse_reference("two"));
  EXPECT_THROW(store().remove(made.id, false, nobody), std::runtime_error);
  EXPECT_THAT(store().remove(made.id, true, nobody).untagged, SizeIs(2));
  EXPECT_THAT(store().list(), IsEmpty());
}

TEST_F(ImageStore, AnImageThatIsUsedLosesItsNamesAtMost) {
  const image::Image made = import(small_tar(), "one");
  try {
    store().remove("one", false, somebody);
    FAIL() << "removed an image that is used";
  } catch (const image::Conflict& error) {
    EXPECT_THAT(error.what(), HasSubstr("0123456789ab"));
  }
  EXPECT_THAT(store().get("one").names, ElementsAre("one:latest"));
  const image::Removal removal = store().remove("one", true, somebody);
  EXPECT_THAT(removal.untagged, ElementsAre("one:latest"));
  EXPECT_THAT(removal.deleted, IsEmpty());
  EXPECT_THAT(store().prune(true, somebody).deleted, IsEmpty());
  EXPECT_TRUE(sys::exists(store().layer_directories(made)[0]));
  const image::Removal pruned = store().prune(false, nobody);
  EXPECT_THAT(pruned.deleted, ElementsAre(made.id, made.diff_ids[0]));
  EXPECT_EQ(pruned.bytes, 5U);
  EXPECT_THROW(store().layer_directories(made), image::NotFound);
}

TEST_F(ImageStore, AUserThatComesWhileAnImageIsRemovedKeepsIt) {
  const image::Image made = import(small_tar(), "one");
  int asked = 0;
  const auto late = [&](const image::Image&) {
    // By the time of the second question the image has left the index: a start that looks now would fail.
    if (++asked == 2) {
      EXPECT_THROW(store().layer_directories(made), image::NotFound);
    }
    return asked == 1 ? nobody(made) : somebody(made);
  };
  EXPECT_THROW(store().remove("one", false, late), image::Conflict);
  EXPECT_EQ(asked, 2);
  EXPECT_THAT(store().get("one").names, ElementsAre("one:latest"));
  EXPECT_TRUE(sys::exists(store().layer_directories(made)[0]));
}

TEST_F(ImageStore, PruneOfAllTakesImagesWithNamesToo) {
  import(small_tar(), "one");
  import(small_tar("more"), "two");
  const image::Removal removal = store().prune(true, nobody);
  EXPECT_THAT(removal.untagged, ElementsAre("one:latest", "two:latest"));
  EXPECT_EQ(removal.bytes, 9U);
  EXPECT_THAT(store().list(), IsEmpty());
}

TEST_F(ImageStore, ShortAndWholeNamesAndDigestsMeanTheSameImage) {
  const image::Image made = import(small_tar(), "docker.io/library/app:1");
  EXPECT_THAT(made.names, ElementsAre("app:1"));
  for (const std::string& name :
       {std::string("app:1"), std::string("library/app:1"), "app@" + made.manifest,
        "docker.io/app:nonsense@" + made.manifest, made.id.substr(7), made.id.substr(7, 3)}) {
    ASSERT_TRUE(store().find(name)) << name;
    EXPECT_EQ(store().get(name).id, made.id) << name;
  }
  EXPECT_THAT(store().remove("docker.io/library/app:1", false, nobody).untagged, ElementsAre("app:1"));
}

TEST_F(ImageStore, AFailedImportChangesNothing) {
  import(small_tar(), "good");
  const auto before = content();
  const std::string index = sys::read_file(directory_ + "/store/oci/index.json");
  EXPECT_THROW(import(tar::file("../escape", "x") + tar::end_mark(), "bad"), image::BadArchive);
  EXPECT_THROW(import(small_tar("cut").substr(0, 1200), "bad"), image::BadArchive);
  EXPECT_THROW(import("", "bad"), image::BadArchive);
  EXPECT_THROW(import("no tar at all, only text", "bad"), image::BadArchive);
  EXPECT_EQ(content(), before);
  EXPECT_EQ(sys::read_file(directory_ + "/store/oci/index.json"), index);
}

TEST_F(ImageStore, TheNextChangeRemovesWhatAnInterruptedOneLeft) {
  import(small_tar(), "good");
  std::filesystem::create_directories(directory_ + "/store/tmp/layer/half/done");
  import(small_tar("more"), "more");
  EXPECT_THAT(sys::list_directory(directory_ + "/store/tmp"), IsEmpty());
}

TEST_F(ImageStore, AnUnknownImageIsAnErrorThatSaysWhatToDo) {
  try {
    store().get("missing");
    FAIL() << "found an image in an empty store";
  } catch (const image::NotFound& error) {
    EXPECT_THAT(error.what(), HasSubstr("mini-container pull"));
  }
}

TEST_F(ImageStore, AnExportedImageImportsAsTheSameFiles) {
  const image::Image made =
      import(tar::directory("a", 01777) + tar::file("a/f", "x", 04755) + tar::hardlink("a/g", "a/f") +
                 tar::symlink("a/l", "/nowhere") + tar::entry({.name = "a/p", .type = '6'}) +
                 tar::entry({.name = "a/null", .type = '3', .major = 1, .minor = 3}) + tar::end_mark(),
             "first");
  const sys::UniqueFd exported = sys::memfd_create("export");
  store().export_rootfs(made, exported.get());
  const sys::UniqueFd again = sys::open(sys::fd_path(exported.get()), O_RDONLY);
  const image::Image copy = store().import_tar(again.get(), image::parse_reference("second"));
  const sys::UniqueFd exported_again = sys::memfd_create("export");
  store().export_rootfs(copy, exported_again.get());
  const auto bytes = [](const sys::UniqueFd& file) { return sys::read_file(sys::fd_path(file.get())); };
  EXPECT_EQ(bytes(exported), bytes(exported_again));
  struct stat one = sys::stat(store().layer_directories(copy)[0] + "/a/f");
  EXPECT_EQ(one.st_nlink, 2U);
  EXPECT_EQ(one.st_mode & 07777, 04755U);
}

TEST_F(ImageStore, TheDefaultImageIsMadeOnceAndRunsBusybox) {
  if (!sys::exists("/bin/busybox")) GTEST_SKIP() << "busybox-static is not installed";
  image::Store images = store();
  const image::Image made = image::ensure_busybox(images);
  EXPECT_THAT(made.names, ElementsAre("busybox:latest"));
  EXPECT_THAT(made.config.cmd, ElementsAre("sh"));
  const std::string root = images.layer_directories(made)[0];
  EXPECT_EQ(sys::readlink(root + "/bin/sh"), "/bin/busybox");
  EXPECT_TRUE(sys::exists(root + "/var/www/index.html"));
  EXPECT_EQ(image::ensure_busybox(images).id, made.id);
  images.remove("busybox", false, nobody);
  EXPECT_EQ(image::ensure_busybox(images).id, made.id);
}

TEST_F(ImageStore, AnImageThatTheUserCalledBusyboxIsLeftAlone) {
  const image::Image own = import(small_tar(), "busybox");
  image::Store images = store();
  EXPECT_EQ(image::ensure_busybox(images).id, own.id);
}

}  // namespace
