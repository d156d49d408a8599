// Tars between host and guest: what is packed comes out the same, and a hostile tar makes nothing outside its target.
#include <gmock/gmock.h>

#include <filesystem>

#include "base/sys/file.h"
#include "tests/support/tar_builder.h"
#include "tests/support/temporary_folder.h"
#include "vm-launcher/files/pack.h"
#include "vm-launcher/files/unpack.h"

namespace {

namespace fs = std::filesystem;

class VmCopy : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(path("target"));
    fs::create_directories(path("outside"));
  }
  std::string path(const std::string& name) const { return folder_ / name; }
  void unpack(const std::string& tar, const vm::UnpackOptions& options = {}) const {
    const sys::UniqueFd file = sys::memfd_create("tar");
    sys::write_all(file.get(), tar);
    sys::rewind(file.get());
    vm::unpack(file.get(), path("target"), options);
  }
  std::string pack(const std::string& name, const std::string& as) const {
    const sys::UniqueFd file = sys::memfd_create("tar");
    vm::pack(path(name), as, file.get());
    sys::rewind(file.get());
    return sys::read_to_end(file.get());
  }
  const support::TemporaryFolder folder_{"vm-copy"};
};

TEST_F(VmCopy, WhatIsPackedComesOutTheSame) {
  fs::create_directories(path("tree/a/b"));
  sys::replace_file(path("tree/a/file"), std::string(100000, 'x'), 0640);
  sys::replace_file(path("tree/a/" + std::string(150, 'n')), "long", 0600);
  fs::create_symlink("/nowhere", path("tree/link"));
  unpack(pack("tree", "copy"));
  EXPECT_EQ(sys::read_file(path("target/copy/a/file")).size(), 100000U);
  EXPECT_EQ(sys::stat(path("target/copy/a/file")).st_mode & 07777, 0640U);
  EXPECT_EQ(sys::read_file(path("target/copy/a/" + std::string(150, 'n'))), "long");
  EXPECT_TRUE(fs::is_directory(path("target/copy/a/b")));
  EXPECT_EQ(fs::read_symlink(path("target/copy/link")), "/nowhere");
  // Again, over what is there; "." is the content alone.
  sys::replace_file(path("tree/a/file"), "short");
  unpack(pack("tree", "copy"));
  EXPECT_EQ(sys::read_file(path("target/copy/a/file")), "short");
  unpack(pack("tree", "."));
  EXPECT_EQ(sys::read_file(path("target/a/file")), "short");
}

TEST_F(VmCopy, ATarThatClimbsOutIsRefused) {
  for (const char* name : {"../outside/file", "a/../../outside/file", ".."}) {
    EXPECT_THROW(unpack(testing_tar::file(name, "x") + testing_tar::end_mark()), std::runtime_error) << name;
    EXPECT_THROW(unpack(testing_tar::hardlink("hard", name) + testing_tar::end_mark()), std::runtime_error)
        << name;
  }
  EXPECT_TRUE(fs::is_empty(path("outside")));
}

TEST_F(VmCopy, ALinkIsNeverFollowed) {
  EXPECT_THROW(unpack(testing_tar::symlink("trap", path("outside")) + testing_tar::file("trap/file", "x") +
                      testing_tar::end_mark()),
               std::runtime_error);
  EXPECT_TRUE(fs::is_empty(path("outside")));
  // Nor one that was there before; the file itself takes a link's place.
  fs::create_symlink(path("outside"), path("target/before"));
  unpack(testing_tar::file("before", "mine") + testing_tar::end_mark());
  EXPECT_EQ(sys::read_file(path("target/before")), "mine");
  EXPECT_TRUE(fs::is_empty(path("outside")));
}

TEST_F(VmCopy, SetIdBitsAreKeptForTheGuestAlone) {
  fs::create_directories(path("tree"));
  sys::replace_file(path("tree/su"), "x");
  fs::permissions(path("tree/su"), fs::perms::set_uid | fs::perms::all);
  const std::string tar = pack("tree/su", "su");
  unpack(tar);
  EXPECT_EQ(sys::stat(path("target/su")).st_mode & 07777, 0777U);
  unpack(tar, {.set_ids = true});
  EXPECT_EQ(sys::stat(path("target/su")).st_mode & 07777, 04777U);
}

TEST_F(VmCopy, DevicesAreRefused) {
  for (const char type : {'3', '6'}) {
    EXPECT_THROW(unpack(testing_tar::entry({.name = "node", .type = type}) + testing_tar::end_mark()),
                 std::runtime_error);
  }
  EXPECT_TRUE(fs::is_empty(path("target")));
}

TEST_F(VmCopy, WhatComesAfterTheEndMarkIsReadToo) {
  const sys::UniqueFd file = sys::memfd_create("tar");
  sys::write_all(file.get(),
                 testing_tar::file("name", "x") + testing_tar::end_mark() + std::string(300000, '\0'));
  sys::rewind(file.get());
  vm::unpack(file.get(), path("target"), {});
  char rest[1];
  EXPECT_EQ(sys::read(file.get(), rest), 0U) << "who sent it would have got EPIPE";
}

TEST_F(VmCopy, GarbageIsNoTar) {
  EXPECT_THROW(unpack(std::string(4096, '\xa5')), std::runtime_error);
}

}  // namespace
