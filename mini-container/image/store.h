// The image store: blobs named by their digest in the OCI image layout, and layers unpacked once for all
// images and containers.
//
//   STORE/oci/{oci-layout,index.json,blobs/sha256/HEX}   what skopeo and podman can read as it stands
//   STORE/layers/sha256-HEX/                             one unpacked layer, named by its diff id
//   STORE/tmp/                                           work in progress; whatever an interrupted command left
//
// Nothing appears under its name before it is whole (rename), changes are made under one flock, and the next
// change empties tmp/. Reads: OCI image-spec 1.0: image-layout.md, layer.md; rename(2), flock(2).
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "mini-container/image/image.h"
#include "mini-container/image/reference.h"
#include "mini-container/image/unpack.h"

namespace image {

// No such image, or a short id that fits several.
class NotFound : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ImportOptions {
  Config config = {};
  std::string created = {};  // RFC 3339; empty for now
  Limits limits = {};
};

// What a removal did, in the order in which `docker rmi` prints it.
struct Removal {
  std::vector<std::string> untagged;  // names
  std::vector<std::string> deleted;   // image id and diff ids
};

class Store {
 public:
  // `directory` is made on the first change.
  explicit Store(std::string directory);

  // One-layer image from a tar stream (plain, gzip or zstd), read to its end from `tar`. A name
  // that is in use moves to the new image. On failure nothing has changed.
  Image import_tar(int tar, const Reference& name, const ImportOptions& options = {});

  std::vector<Image> list() const;
  // By name[:tag], by digest, or by a prefix of the id.
  std::optional<Image> find(const std::string& text) const;
  // As find, but throws NotFound, which says what to do next.
  Image get(const std::string& text) const;

  void tag(const Image& image, const Reference& name);
  // With a name: that name goes, and the image when it was the last one. With an id: all names, which needs
  // `force` when there are several. The caller makes sure that no container uses the image.
  Removal remove(const std::string& text, bool force = false);
  // Removes dangling images, and blobs and layers that no image refers to.
  Removal prune();

  // Directories of the unpacked layers, lowest first: the input of plan_overlay (overlay.h).
  std::vector<std::string> layer_directories(const Image& image) const;
  // The root file system, all layers merged, as one pax tar stream, the same bytes every time.
  void export_rootfs(const Image& image, int output) const;

  const std::string& directory() const { return directory_; }

 private:
  std::optional<Image> find_by_name(const std::string& name) const;
  std::string directory_;
};

}  // namespace image
