// A tar with random damage is unpacked or refused, and never more than that: no crash, nothing outside the layer.
// The seed is fixed, so a failure can be repeated.
#include <gtest/gtest.h>
#include <unistd.h>

#include <random>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "mini-container/image/layer_stream.h"
#include "tests/support/tar_builder.h"
#include "tests/support/temporary_folder.h"

namespace {

namespace tar = testing_tar;

std::string seed_archive(unsigned uid, unsigned gid) {
  const auto own = [&](tar::Header header) {
    header.uid = uid;
    header.gid = gid;
    return tar::entry(header);
  };
  return own({.name = "d", .type = '5', .mode = 0755}) +
         own({.name = "d/f", .content = std::string(700, 'x')}) +
         own({.name = "d/l", .type = '2', .link = "../../outside"}) +
         own({.name = "d/h", .type = '1', .link = "d/f"}) + tar::pax("path", "d/a-longer-name") +
         own({.name = "short", .content = "pax"}) + tar::pax("SCHILY.xattr.user.note", "v") +
         own({.name = "noted", .content = "y"}) + own({.name = "d/.wh..wh.x"}) +
         own({.name = "d/p", .type = '6'}) + tar::end_mark();
}

// Some bytes changed; half of the time the checksums of headers are made right again, so that the damage gets
// past the first check.
std::string damaged(std::string bytes, std::mt19937& random) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  for (std::size_t change = 1 + below(3); change > 0; --change) {
    bytes[below(bytes.size())] = below(3) == 0 ? "/.0\0"[below(4)] : static_cast<char>(below(256));
  }
  if (below(2) == 0) {
    for (std::size_t block = 0; block + 512 <= bytes.size(); block += 512)
      tar::fix_checksum(bytes, block);
  }
  if (below(8) == 0) bytes.resize(below(bytes.size()));
  return bytes;
}

TEST(TarMutation, IsUnpackedOrRefusedAndNothingElse) {
  const support::TemporaryFolder folder("mutation");
  const std::string whole = seed_archive(::geteuid(), ::getegid());
  std::mt19937 random(20231117);
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 1000; ++round) {
    sys::mkdir(folder / "layer");
    const sys::UniqueFd source = sys::memfd_create("tar");
    const sys::UniqueFd copy = sys::memfd_create("copy");
    sys::pwrite_all(source.get(), damaged(whole, random), 0);
    try {
      const sys::UniqueFd root = sys::open(folder / "layer", O_PATH | O_DIRECTORY);
      image::LayerStream stream(source.get(), copy.get(), 1 << 20);
      stream.unpack(root.get(), {.bytes = 1 << 20, .entries = 100});
      stream.finish();
      ++accepted;
    } catch (const image::BadArchive&) {
      ++refused;
    } catch (const sys::Error&) {
      ++refused;  // the kernel said no: an owner, a device or an attribute that is not ours to give
    }
    EXPECT_EQ(sys::list_directory(folder.path()).size(), 1U) << "round " << round;
    sys::remove_tree(folder / "layer");
  }
  EXPECT_GT(accepted, 50) << "the damage must be small enough to get past the header";
  EXPECT_GT(refused, 100);
}

}  // namespace
