// What a container has changed, read off its overlay: every name in the upper directory is one that it added, changed
// or removed. Nothing is compared, so it costs as much as the changes, however large the image is.
// Reads: Documentation/filesystems/overlayfs.rst ("whiteouts and opaque directories"), docker-diff(1).
#pragma once

#include <set>
#include <string>
#include <vector>

namespace image {

struct Change {
  char kind;         // 'A' added, 'C' changed, 'D' removed, as Docker prints them
  std::string path;  // "/etc/passwd"
  bool operator==(const Change&) const = default;
};

// In the order of names. `lower` is open on the image's merged layers, `upper` on the container's own. `ignored` are
// paths on which the engine mounts something ("/proc", "/etc/hosts"): the empty names below those mounts are its own.
std::vector<Change> changes_of(int lower, int upper, const std::set<std::string>& ignored);

}  // namespace image
