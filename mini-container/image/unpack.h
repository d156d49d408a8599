// One layer: a tar stream becomes a directory that overlayfs can use as a lower layer.
//
// The archive is foreign: its names may climb ("../x"), start at "/", run through a link that it planted
// itself, or promise a terabyte. So each entry is opened beneath the layer's directory with openat2(2), never
// by a joined path, and count and size have limits.
// Reads: OCI image-spec layer.md (whiteouts), openat2(2), capabilities(7) (file capabilities),
// Documentation/filesystems/overlayfs.rst ("whiteouts and opaque directories").
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

struct archive;

namespace image {

struct Limits {
  std::uint64_t bytes = 64ULL << 30;  // of unpacked file content, and of the decompressed stream
  std::uint64_t entries = 2'000'000;  // files, directories, links ...
};

// The archive is malformed, hostile or too large: which entry, and why.
class BadArchive : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What an archive is: a layer, in which .wh. names are whiteouts, or files as they are called.
enum class ArchiveForm { layer, files };

struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
};

struct UnpackOptions {
  ArchiveForm form = ArchiveForm::layer;
  std::optional<Owner> owner = {};  // of all that is made; else as the archive says
};

struct Unpacked {
  std::uint64_t bytes = 0;  // of regular files
  std::uint64_t entries = 0;
};

// Unpacks every entry of `source` (opened, tar) beneath the directory `root`. On failure the directory holds
// whatever was made so far: callers unpack a layer into a temporary one. Files may be unpacked over others that are
// there, and while a container works beneath the same directory: no name is followed, and none opened that is there.
// There a directory is not replaced by a file, nor a file by a directory, and the root itself stays as it is.
Unpacked unpack_layer(archive* source, int root, const Limits& limits, const UnpackOptions& options = {});

}  // namespace image
