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

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "mini-container/image/image.h"
#include "mini-container/image/layout.h"
#include "mini-container/image/reference.h"
#include "mini-container/image/unpack.h"

namespace image {

// No such image, or a short id that fits several.
class NotFound : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A removal that would take what is in use, or more than was named.
class Conflict : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ImportOptions {
  Config config = {};
  std::string created = {};  // RFC 3339; empty for now
  std::string comment = {};  // of the one step of its history
  Limits limits = {};
};

struct CommitOptions {
  Config config = {};
  std::string created_by = {};  // the container's command
  std::string author = {};
  std::string comment = {};
  std::optional<Reference> name = {};
};

// What a removal did, in the order in which `docker rmi` prints it.
struct Removal {
  std::vector<std::string> untagged;  // names
  std::vector<std::string> deleted;   // image id and diff ids
  std::uint64_t bytes = 0;            // of the layers deleted
};

// An image that has come from a registry, all but its layers.
struct PulledImage {
  std::string manifest;  // the bytes, digests and form checked
  std::string config;
  Reference reference;  // a name that it gets, if there is a tag
  std::string digest;   // what the registry knows it by: of the manifest, or of the index that led to it
};

// Who uses an image, for messages: short ids of containers. The store knows of none itself.
using Users = std::function<std::vector<std::string>(const Image&)>;

// What `save` is asked for: an image and those of its names that go with it.
struct SavedImage {
  Image image;
  std::vector<std::string> names;
};

class IncomingLayer;
struct StoredLayer;

class Store {
 public:
  // `directory` is made on the first change.
  explicit Store(std::string directory);

  // One-layer image from a tar stream (plain, gzip or zstd), read to its end from `tar`. A name
  // that is in use moves to the new image. On failure nothing has changed.
  Image import_tar(int tar, const std::optional<Reference>& name, const ImportOptions& options = {});

  // `base` and one more layer, a tar as `write_layer` writes it (export.h).
  Image commit(const Image& base, int layer, const CommitOptions& options);
  // All images of an archive that docker, podman or skopeo saved, or `save` below (archive_images.h); each has the
  // names that the archive gave it. Every digest is checked. On failure nothing has changed.
  std::vector<Image> load(int tar, const Limits& limits = {});
  // The layer if the store has it, blob and files.
  std::optional<StoredLayer> layer(const Descriptor& blob, const std::string& diff_id) const;
  // Makes an image of what was fetched and of layers that were there. nullopt if one of those has gone meanwhile.
  std::optional<Image> adopt(const PulledImage& pulled, std::vector<IncomingLayer>& fetched);
  // A registry knows the image by this, "host:5000/app@sha256:...".
  void add_repo_digest(const Image& image, const std::string& digest);
  // As one tar that they all read, the same bytes every time.
  void save(const std::vector<SavedImage>& images, int output) const;

  std::vector<Image> list() const;
  // By name[:tag], by digest, or by a prefix of the id.
  std::optional<Image> find(const std::string& text) const;
  // As find, but throws NotFound, which says what to do next.
  Image get(const std::string& text) const;

  void tag(const Image& image, const Reference& name);
  // With a name: that name goes, and the image when it was the last one. With an id: all names, which needs
  // `force` when they are of several repositories. An image that is used is refused; with `force` it only loses
  // its names. Throws Conflict.
  Removal remove(const std::string& text, bool force, const Users& users);
  // Removes dangling images, with `all` those with names too, unless they are used; and blobs and layers that no
  // image refers to.
  Removal prune(bool all, const Users& users);

  // Directories of the unpacked layers, lowest first: the input of plan_overlay (overlay.h). Throws NotFound when
  // the image has been removed since it was found; who is on record as its user by now is safe from that.
  std::vector<std::string> layer_directories(const Image& image) const;
  // The root file system, all layers merged, as one pax tar stream, the same bytes every time.
  void export_rootfs(const Image& image, int output) const;

  const std::string& directory() const { return directory_; }

 private:
  // `image` with one more layer and step, on top of `layers`; nameless without a name.
  Image add(Image image, std::vector<Descriptor> layers, int tar, Step step, const std::string& name,
            const Limits& limits);
  std::optional<Image> find_entry(const std::function<bool(const Descriptor&)>& fits) const;
  std::string directory_;
};

}  // namespace image
