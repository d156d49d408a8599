// A directory tree as a tar: an image's layers merged into one, what a container changed as a layer, or a part of a
// container's files. The tree may belong to a container that runs: each name is opened without following a link, what
// goes away meanwhile is left out, and of a file exactly as many bytes are taken as its header says.
// Reads: tar(5), xattr(7), OCI image-spec layer.md (whiteouts), openat(2) (O_NOFOLLOW, O_NONBLOCK).
#pragma once

#include <set>
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

// What is beneath an overlay's upper directory, as a layer: its whiteouts and opaque directories as OCI writes them.
// Paths in `ignored` ("/etc/hosts"), and all below them, are left out.
void write_layer(int upper, int output, const std::set<std::string>& ignored);

// One name of an open directory with all beneath it, called `as` in the tar ("." gives its content alone).
void write_entry(int directory, const std::string& name, const std::string& as, int output);

// overlayfs's marks in an upper directory: a removed name, and a directory that hides what lower layers have in it.
bool is_whiteout(const struct stat& status);
bool is_opaque(int directory, const std::string& name);

}  // namespace image
