// Whether a store is sound: every blob is what its name says, and everything that is referred to is there.
// Reads: OCI image-spec 1.0: image-layout.md, descriptor.md.
#pragma once

#include <string>
#include <vector>

#include "mini-container/image/store.h"

namespace image {

struct StoreCheck {
  std::size_t blobs = 0, layers = 0, images = 0;  // that were looked at
  std::vector<std::string> faults;                // a line each, with what to do next
};

// Reads every byte of every blob. Nothing is changed.
StoreCheck check_store(const Store& store);

}  // namespace image
