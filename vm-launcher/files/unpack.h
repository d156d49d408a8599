// A foreign tar into a directory, and nowhere else: each name is made in a directory that was opened beneath the target
// without following any link (openat2(2), RESOLVE_NO_SYMLINKS); ".." and devices are refused. Reads: tar(5), openat2(2),
// libarchive(3).
#pragma once

#include <optional>
#include <string>

#include "base/sys/fd.h"

namespace vm {

struct UnpackOptions {
  bool owners = false;   // as the tar says; else whoever unpacks
  bool set_ids = false;  // keep set-user-id and set-group-id bits. Never for what a guest packed
};

// Throws std::runtime_error for what is no tar, or asks for what is refused.
void unpack(int tar, const std::string& directory, const UnpackOptions& options);

}  // namespace vm
