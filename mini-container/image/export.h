// A directory tree, or an image's layers merged into one, as a tar stream. Reads: tar(5), xattr(7).
#pragma once

#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace image {

// One tree out of layers (lowest first), read-only: the layer itself when there is one, else an overlay that no
// mount namespace shows and that is gone with the descriptor.
sys::UniqueFd merged_view(const std::vector<std::string>& layers);

// Everything beneath the directory `root` in the order of names: owners, modes, times, hard links, devices,
// extended attributes. Sockets and whiteouts are no part of an image and left out.
void write_tar(int root, int output);

}  // namespace image
