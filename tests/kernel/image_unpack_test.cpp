// Unpacking layers: what a well-formed tar may hold, and what a hostile one tries.
#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "base/sys/process.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/layer_stream.h"
#include "tests/support/tar_builder.h"
#include "tests/support/temporary_folder.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace tar = testing_tar;

// `bytes` through one of libarchive's compressors.
std::string compressed(const std::string& bytes, int (*filter)(archive*)) {
  std::string result(bytes.size() + 65536, '\0');
  std::size_t used = 0;
  archive* writer = archive_write_new();
  archive_write_set_format_raw(writer);
  filter(writer);
  archive_write_set_bytes_per_block(writer, 0);
  archive_write_open_memory(writer, result.data(), result.size(), &used);
  archive_entry* whole = archive_entry_new();
  archive_entry_set_filetype(whole, AE_IFREG);
  archive_write_header(writer, whole);
  archive_write_data(writer, bytes.data(), bytes.size());
  archive_entry_free(whole);
  archive_write_free(writer);
  result.resize(used);
  return result;
}

class Unpacking : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "owners, devices and whiteouts need root";
    sys::mkdir(directory_ + "/layer");
    sys::mkdir(directory_ + "/outside");
  }
  image::LayerDigests unpack(const std::string& bytes, const image::Limits& limits = {}) {
    const sys::UniqueFd source = sys::memfd_create("tar");
    const sys::UniqueFd copy = sys::memfd_create("copy");
    sys::pwrite_all(source.get(), bytes, 0);
    const sys::UniqueFd root = sys::open(directory_ + "/layer", O_PATH | O_DIRECTORY);
    image::LayerStream stream(source.get(), copy.get(), limits.bytes);
    unpacked_ = stream.unpack(root.get(), limits);
    return stream.finish();
  }
  // The complaint about a tar, "" if it was accepted.
  std::string complaint(const std::string& bytes, const image::Limits& limits = {}) {
    try {
      unpack(bytes, limits);
      return "";
    } catch (const image::BadArchive& error) {
      return error.what();
    }
  }
  std::string path(const std::string& name) const { return directory_ + "/layer/" + name; }
  struct stat status(const std::string& name) const {
    const sys::UniqueFd root = sys::open(directory_ + "/layer", O_PATH | O_DIRECTORY);
    return sys::statat_if_present(root.get(), name).value();
  }
  bool nothing_outside() const {
    return sys::list_directory(directory_).size() == 2 &&
           sys::list_directory(directory_ + "/outside").empty();
  }
  const support::TemporaryFolder folder_{"unpack"};
  const std::string& directory_ = folder_.path();
  image::Unpacked unpacked_;
};

TEST_F(Unpacking, KeepsContentOwnersModesAndTimes) {
  unpack(tar::entry({.name = "d", .type = '5', .mode = 01750, .uid = 3, .gid = 4, .mtime = 1000}) +
         tar::entry({.name = "d/f", .content = "text", .mode = 06755, .uid = 5, .gid = 6, .mtime = 2000}) +
         tar::end_mark());
  EXPECT_EQ(sys::read_file(path("d/f")), "text");
  EXPECT_EQ(status("d").st_mode & 07777, 01750U);
  EXPECT_EQ(status("d").st_uid, 3U);
  EXPECT_EQ(status("d").st_mtim.tv_sec, 1000);
  EXPECT_EQ(status("d/f").st_mode & 07777, 06755U) << "set-id bits survive the change of owner";
  EXPECT_EQ(status("d/f").st_gid, 6U);
  EXPECT_EQ(status("d/f").st_mtim.tv_sec, 2000);
  EXPECT_EQ(unpacked_.entries, 2U);
  EXPECT_EQ(unpacked_.bytes, 4U);
}

TEST_F(Unpacking, MakesLinksDevicesAndFifos) {
  unpack(tar::file("f", "x") + tar::hardlink("h", "f") + tar::symlink("s", "/etc/passwd") +
         tar::entry({.name = "null", .type = '3', .mode = 0666, .major = 1, .minor = 3}) +
         tar::entry({.name = "p", .type = '6'}) + tar::end_mark());
  EXPECT_EQ(status("f").st_ino, status("h").st_ino);
  EXPECT_EQ(sys::readlink(path("s")), "/etc/passwd");
  EXPECT_TRUE(S_ISCHR(status("null").st_mode));
  EXPECT_EQ(status("null").st_rdev, makedev(1, 3));
  EXPECT_TRUE(S_ISFIFO(status("p").st_mode));
}

TEST_F(Unpacking, TakesPlainTarsGzipAndZstdAndNamesTheSameLayer) {
  const std::string plain = tar::file("f", std::string(5000, 'x')) + tar::end_mark();
  using Filter = std::pair<int (*)(archive*), const char*>;
  for (const auto& [filter, type] :
       {Filter{archive_write_add_filter_none, ".tar"}, Filter{archive_write_add_filter_gzip, "tar+gzip"},
        Filter{archive_write_add_filter_zstd, "tar+zstd"}}) {
    const std::string packed = compressed(plain, filter);
    const image::LayerDigests digests = unpack(packed);
    EXPECT_EQ(digests.blob, image::digest_of(packed));
    EXPECT_EQ(digests.diff_id, image::digest_of(plain));
    EXPECT_THAT(digests.media_type, HasSubstr(type));
    EXPECT_EQ(sys::read_file(path("f")).size(), 5000U);
  }
}

TEST_F(Unpacking, KeepsLongAndForeignNames) {
  const std::string longest(200, 'n');
  const std::string greek = "\xce\xb1\xce\xb2";
  const std::string latin1 = "caf\xe9";
  unpack(tar::pax("path", longest + "/" + longest) + tar::file("short", "x") + tar::pax("path", greek) +
         tar::file("other", "y") + tar::file(latin1, "z") + tar::end_mark());
  EXPECT_EQ(sys::read_file(path(longest + "/" + longest)), "x");
  EXPECT_EQ(sys::read_file(path(greek)), "y");
  EXPECT_EQ(sys::read_file(path(latin1)), "z");
}

TEST_F(Unpacking, KeepsFileCapabilitiesAndDropsAttributesOfOverlayfs) {
  const std::string capability(
      "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 20);
  unpack(tar::pax("SCHILY.xattr.security.capability", capability) + tar::file("ping", "x", 0755) +
         tar::pax("SCHILY.xattr.trusted.overlay.redirect", "/etc") + tar::directory("d") + tar::end_mark());
  const sys::UniqueFd root = sys::open(directory_ + "/layer", O_PATH | O_DIRECTORY);
  EXPECT_EQ(sys::get_attribute(root.get(), "ping", "security.capability"), capability);
  EXPECT_THAT(sys::list_attributes(root.get(), "d"), IsEmpty());
}

TEST_F(Unpacking, TurnsWhiteoutsIntoThoseOfOverlayfs) {
  unpack(tar::file("dir/.wh.gone", "") + tar::directory("fresh") + tar::file("fresh/.wh..wh..opq", "") +
         tar::file(".wh..wh.plnk", "") + tar::end_mark());
  EXPECT_TRUE(S_ISCHR(status("dir/gone").st_mode));
  EXPECT_EQ(status("dir/gone").st_rdev, 0U);
  const sys::UniqueFd root = sys::open(directory_ + "/layer", O_PATH | O_DIRECTORY);
  EXPECT_EQ(sys::get_attribute(root.get(), "fresh", "trusted.overlay.opaque"), "y");
  EXPECT_THAT(sys::list_directory(path("fresh")), IsEmpty());
  EXPECT_THAT(sys::list_directory(directory_ + "/layer"), ElementsAre("dir", "fresh"));
}

TEST_F(Unpacking, AWhiteoutNeverHidesWhatItsOwnLayerAdds) {
  unpack(tar::directory("a") + tar::file("a/f", "new") + tar::file(".wh.a", "") + tar::file(".wh.b", "") +
         tar::directory("b") + tar::end_mark());
  EXPECT_EQ(sys::read_file(path("a/f")), "new");
  const sys::UniqueFd root = sys::open(directory_ + "/layer", O_PATH | O_DIRECTORY);
  for (const char* name : {"a", "b"}) {
    EXPECT_EQ(sys::get_attribute(root.get(), name, "trusted.overlay.opaque"), "y") << name;
  }
}

TEST_F(Unpacking, TheLastEntryOfANameHolds) {
  unpack(tar::directory("x") + tar::file("x/y", "1") + tar::file("x", "2") + tar::file("z", "1") +
         tar::directory("z") + tar::file("z/in", "3") + tar::end_mark());
  EXPECT_EQ(sys::read_file(path("x")), "2");
  EXPECT_EQ(sys::read_file(path("z/in")), "3");
  unpack(tar::file(".wh.w", "") + tar::file("w", "4") + tar::entry({.name = "p", .type = '6'}) +
         tar::file("p", "5") + tar::end_mark());
  EXPECT_EQ(sys::read_file(path("w")), "4");
  EXPECT_EQ(sys::read_file(path("p")), "5");
}

TEST_F(Unpacking, TheUmaskOfTheCallerDoesNotMatter) {
  const mode_t before = sys::umask(077);
  unpack(tar::file("made/on/the/way", "x", 0666) + tar::end_mark());
  sys::umask(before);
  EXPECT_EQ(status("made/on").st_mode & 07777, 0755U);
  EXPECT_EQ(status("made/on/the/way").st_mode & 07777, 0666U);
}

TEST_F(Unpacking, AnAbsoluteNameStaysInside) {
  unpack(tar::file("/etc/motd", "inside") + tar::end_mark());
  EXPECT_EQ(sys::read_file(path("etc/motd")), "inside");
}

TEST_F(Unpacking, NoNameClimbsOut) {
  for (const char* name : {"../outside/f", "a/../../outside/f", "..", "a/.."}) {
    EXPECT_THAT(complaint(tar::file(name, "x") + tar::end_mark()), HasSubstr("climbs")) << name;
  }
  EXPECT_THAT(complaint(tar::hardlink("h", "../outside") + tar::end_mark()), HasSubstr("climbs"));
  EXPECT_TRUE(nothing_outside());
}

TEST_F(Unpacking, NothingIsWrittenThroughALinkThatTheArchivePlanted) {
  const std::string outside = directory_ + "/outside";
  for (const std::string& target : {outside, std::string("../outside"), std::string("/")}) {
    const std::string bytes = tar::symlink("door", target) + tar::file("door/f", "x") + tar::end_mark();
    EXPECT_THAT(complaint(bytes), HasSubstr("no directory but a file or a link")) << target;
  }
  EXPECT_TRUE(nothing_outside());
  // A file of the same name replaces the link instead of writing to its target.
  sys::write_file_atomically(outside + "/victim", "safe");
  unpack(tar::symlink("v", outside + "/victim") + tar::file("v", "attack") + tar::end_mark());
  EXPECT_EQ(sys::read_file(outside + "/victim"), "safe");
}

// The archive exchanges a directory that was open a moment ago, at each depth, for a link or a file.
TEST_F(Unpacking, ADirectoryThatTheArchiveReplacesIsNoLongerWrittenTo) {
  const std::string outside = directory_ + "/outside";
  const std::string before = tar::directory("real") + tar::file("a/b/c/f", "1");
  const std::string after = tar::file("a/b/c/g", "2") + tar::end_mark();
  const auto complaint_anew = [&](const std::string& bytes) {
    sys::remove_tree(path("a"));
    return complaint(before + bytes);
  };
  for (const std::string name : {"a", "a/b", "a/b/c"}) {
    const std::string link = tar::symlink(name, outside);
    for (const std::string& replacement :
         {link, tar::symlink(name, "/real"), tar::symlink(name, "real"), tar::file(name, "")}) {
      EXPECT_THAT(complaint_anew(replacement + after), HasSubstr("no directory but a file or a link"))
          << name;
    }
    EXPECT_THAT(complaint_anew(link + tar::hardlink("h", "a/b/c/f") + after),
                HasSubstr("runs through a link"))
        << name;
    EXPECT_EQ(complaint_anew(link + tar::directory(name) + after), "");
    EXPECT_FALSE(sys::exists(path("a/b/c/f"))) << name;
    EXPECT_EQ(sys::read_file(path("a/b/c/g")), "2") << name;
  }
  EXPECT_TRUE(nothing_outside());
  EXPECT_THAT(sys::list_directory(path("real")), IsEmpty());
}

TEST_F(Unpacking, TheTimesOfDirectoriesAreThoseOfTheArchive) {
  std::string bytes;
  const std::vector<std::string> names = {"a", "a/b", "a/b/c", "a/d", "a/d/e", "f"};
  for (std::size_t i = 0; i < names.size(); ++i)
    bytes += tar::entry({.name = names[i], .type = '5', .mode = 0755, .mtime = 1000 + i});
  unpack(bytes + tar::file("a/b/c/file", "x") + tar::file("a/file", "x") + tar::end_mark());
  for (std::size_t i = 0; i < names.size(); ++i)
    EXPECT_EQ(status(names[i]).st_mtim.tv_sec, static_cast<time_t>(1000 + i)) << names[i];
}

TEST_F(Unpacking, NoHardLinkReachesOutside) {
  sys::write_file_atomically(directory_ + "/outside/secret", "host");
  const std::string door = tar::symlink("door", directory_ + "/outside");
  EXPECT_THAT(complaint(door + tar::hardlink("h", "door/secret") + tar::end_mark()),
              HasSubstr("runs through a link"));
  EXPECT_THAT(complaint(tar::hardlink("h", directory_ + "/outside/secret") + tar::end_mark()),
              HasSubstr("does not exist"));
  EXPECT_THAT(complaint(tar::hardlink("h", "never") + tar::end_mark()),
              HasSubstr("nothing that came before"));
  EXPECT_THAT(complaint(tar::hardlink("h", "h") + tar::end_mark()), HasSubstr("hard link"));
  EXPECT_EQ(sys::stat(directory_ + "/outside/secret").st_nlink, 1U);
}

TEST_F(Unpacking, ATruncatedArchiveIsRefusedWhereverItIsCut) {
  const std::string whole = tar::directory("d") + tar::file("d/f", std::string(1500, 'x')) + tar::end_mark();
  for (std::size_t length = 0; length < whole.size() - 512; length += 256) {
    EXPECT_NE(complaint(whole.substr(0, length)), "") << "cut to " << length << " of " << whole.size();
  }
  const std::string packed = compressed(whole, archive_write_add_filter_gzip);
  EXPECT_NE(complaint(packed.substr(0, packed.size() - 12)), "");
  EXPECT_EQ(complaint(whole), "");
}

TEST_F(Unpacking, SizeAndCountHaveLimits) {
  const image::Limits small{.bytes = 10000, .entries = 3};
  const std::string many = tar::file("a", "") + tar::file("b", "") + tar::file("c", "") + tar::file("d", "");
  EXPECT_THAT(complaint(many + tar::end_mark(), small), HasSubstr("limit of 3 entries"));
  const std::string claim = tar::entry({.name = "huge", .size = 8589934591ULL});
  EXPECT_THAT(complaint(claim + tar::end_mark(), small), HasSubstr("exceeds the limit of 10000"));
  const std::string bomb = compressed(tar::file("zeros", std::string(1 << 20, '\0')) + tar::end_mark(),
                                      archive_write_add_filter_gzip);
  ASSERT_LT(bomb.size(), 10000U);
  EXPECT_THAT(complaint(bomb, {.bytes = 100000, .entries = 3}), HasSubstr("limit of 100000"));
}

TEST_F(Unpacking, MalformedHeadersAreRefused) {
  std::string broken = tar::file("f", "x") + tar::end_mark();
  broken[150] = '9';
  EXPECT_THAT(complaint(broken), HasSubstr("archive"));
  EXPECT_THAT(complaint(tar::file("", "x") + tar::end_mark()), HasSubstr("no name"));
  EXPECT_THAT(complaint(tar::entry({.name = ".", .type = '2', .link = "/etc"}) + tar::end_mark()),
              HasSubstr("replaces the root"));
  EXPECT_THAT(complaint(tar::file(".wh.", "") + tar::end_mark()), HasSubstr("whiteout of no name"));
  EXPECT_THAT(complaint(tar::pax("path", std::string(300, 'n')) + tar::file("f", "") + tar::end_mark()),
              HasSubstr("longer than 255"));
  std::string deep;
  for (int level = 0; level < 500; ++level)
    deep += "d/";
  EXPECT_THAT(complaint(tar::pax("path", deep) + tar::directory("d") + tar::end_mark()),
              HasSubstr("nested deeper"));
}

}  // namespace
