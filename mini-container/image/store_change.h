// One change of the image store: lock, temporary place, and roll-back unless kept. the store and what fills it are its users.
// Reads: flock(2), rename(2).
#pragma once

#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "mini-container/image/image.h"
#include "mini-container/image/layout.h"
#include "mini-container/image/unpack.h"

namespace image {

// The image behind one entry of the index, without its names.
Image load_image(const Layout& layout, const Descriptor& entry);

// One layer that has become part of the store.
struct StoredLayer {
  Descriptor blob;
  std::string diff_id;
  std::uint64_t unpacked_size = 0;  // bytes of its files
};

// Puts an image into the index under these names, which move if others have them; nameless without any.
void add_to_index(std::vector<Descriptor>& index, const Descriptor& entry,
                  const std::vector<std::string>& names);

class StoreChange {
 public:
  // Makes the store if it is missing, takes its lock, and empties tmp/ of what an interrupted change left.
  explicit StoreChange(const std::string& directory);
  // Unless kept, removes whatever the change has made.
  ~StoreChange();
  StoreChange(const StoreChange&) = delete;
  StoreChange& operator=(const StoreChange&) = delete;

  static Layout layout_of(const std::string& directory) { return Layout(directory + "/oci"); }
  // STORE/layers/sha256-HEX
  static std::string layer_path(const std::string& directory, const std::string& diff_id);

  const Layout& layout() const { return layout_; }
  std::string temporary(const std::string& name) const { return directory_ + "/tmp/" + name; }
  // A layer from a tar (plain, gzip or zstd), read to its end: its blob, and its files unpacked. Throws BadArchive.
  StoredLayer add_layer(int tar, const Limits& limits) const;
  // Moves finished work to its place, unless the same content is there already.
  void settle(const std::string& from, const std::string& to) const;
  // Removes blobs and layers that no manifest leads to; returns the diff ids of the layers.
  std::vector<std::string> sweep() const;
  void keep() { kept_ = true; }

 private:
  void empty_temporary() const;
  std::string directory_;
  Layout layout_;
  sys::UniqueFd lock_;
  bool kept_ = false;
};

}  // namespace image
