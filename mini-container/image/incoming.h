// What is on its way into the store from a registry: each blob in a directory of its own, until the whole image is there.
//
//   STORE/incoming/HEX/blob     as much of the blob as has come, kept when the pull is interrupted
//   STORE/incoming/HEX/layer/   its files, while they are being unpacked
//
// WHY not under the store's lock: a pull takes minutes, and the store is for others to use meanwhile. Whoever fetches a
// blob holds the flock(2) of its directory, so that of two pulls one fetches and the other waits for what it gets.
// Reads: flock(2), rename(2), OCI image-spec layer.md.
#pragma once

#include <optional>
#include <string>

#include "base/sys/fd.h"
#include "mini-container/image/layer_stream.h"
#include "mini-container/image/layout.h"
#include "mini-container/image/store_change.h"

namespace image {

class IncomingLayer {
 public:
  // Waits while another command fetches the same blob.
  IncomingLayer(const std::string& store, const Descriptor& blob);

  // Bytes that an interrupted pull has left.
  std::uint64_t kept() const { return kept_; }
  // Unpacks what was kept and what `more` gives after it, keeping that, too. Throws BadArchive, and keeps nothing, when
  // its digest or diff id is another than was said; what `more` throws passes, and all is kept.
  void unpack(const Source& more, const std::string& diff_id, const Limits& limits = {});
  // Makes it a part of the store: the change is the caller's, and holds the store's lock.
  void settle(const StoreChange& change) const;

  // Nothing of it is wanted any more.
  void discard() const;

  const std::string& digest() const { return blob_.digest; }
  const StoredLayer& stored() const { return stored_; }

 private:
  StoredLayer stream(const Source& more, const Limits& limits) const;
  std::string digest_of_all(const Source& more) const;
  std::string store_;
  std::string directory_;
  Descriptor blob_;
  sys::UniqueFd lock_;
  std::uint64_t kept_ = 0;
  StoredLayer stored_;
};

// Removes what interrupted pulls have left and nobody is fetching.
void forget_incoming(const std::string& store);

}  // namespace image
