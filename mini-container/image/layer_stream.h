// A layer on its way in: bytes of a blob, its digest, and underneath the decompressed tar and that one's
// digest, all in one pass.
//
//     descriptor -> [blob copy + digest] -> libarchive: gzip, zstd or nothing -> [diff id] -> tar
//
// The first reader knows only compression, the second only tar, because libarchive shows the bytes between its
// own filter and format to nobody. Reads: archive_read_open(3), OCI image-spec layer.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "mini-container/image/unpack.h"

namespace image {

struct LayerDigests {
  std::string blob;     // of the bytes as they came
  std::string diff_id;  // of the tar within
  std::uint64_t blob_size = 0;
  std::string media_type;  // OCI's, by compression
};

// Gives the next bytes of a blob, as read(2) does: how many, 0 at the end.
using Source = std::function<std::size_t(std::span<char>)>;

class LayerStream {
 public:
  // Reads `source` and copies what it reads to `copy`. More than `limit` decompressed bytes is BadArchive.
  LayerStream(int source, int copy, std::uint64_t limit);
  LayerStream(Source source, std::uint64_t limit);
  // An archive that is only unpacked: nobody asks what it is called, and finish() has no digests.
  LayerStream(int source, std::uint64_t limit);
  ~LayerStream();
  LayerStream(const LayerStream&) = delete;
  LayerStream& operator=(const LayerStream&) = delete;

  // Unpacks the tar beneath `root`: unpack_layer, with failures of the source told apart from a bad archive.
  Unpacked unpack(int root, const Limits& limits, const UnpackOptions& options = {});
  // Reads on to the end of the source; the digests are whole only then. Throws BadArchive for a tar without
  // its end mark.
  LayerDigests finish();

 private:
  enum class Digests { wanted, none };
  LayerStream(Source source, std::uint64_t limit, Digests digests);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace image
