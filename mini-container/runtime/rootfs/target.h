// Finding, and making, a place inside an image that nobody vouches for. Internal to rootfs.
// Reads: openat2(2), path_resolution(7), symlink(7).
#pragma once

#include <string>

#include "base/sys/fd.h"

namespace rootfs {

enum class Kind { directory, file };
enum class Links { follow, refuse };

// Opens `path` (O_PATH) below `root`. What is missing is made on the way, each directory through the
// descriptor of the one above. Links are followed as a process inside the container would, also where they
// point to something yet to be made; with Links::refuse a link anywhere in the path is ELOOP.
sys::UniqueFd open_or_make(int root, const std::string& path, Kind kind, Links links = Links::follow);

bool is_directory(int fd);
// The directory of an absolute path, and the name in it: "/dev", "null".
std::string parent_of(const std::string& path);
std::string name_of(const std::string& path);

}  // namespace rootfs
