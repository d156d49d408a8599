// Who "name:group" means: names are looked up in the image's own /etc/passwd and /etc/group, never in the host's.
// Reads: passwd(5), group(5).
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace users {

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // supplementary
  std::string home = "/";
};

// `spelled` is "", "name", "uid", "name:group", "uid:gid" ...; `passwd` and `group` are file contents, "" for
// none. Throws std::invalid_argument for a name that is in neither.
Identity resolve(std::string_view spelled, std::string_view passwd, std::string_view group);

// The same, reading the two files beneath a root file system. Its links cannot lead out of it.
Identity resolve_in(const std::string& rootfs, std::string_view spelled);

// The content of `path` beneath the open directory `root`; "" where there is no small regular file. It belongs to the
// image, so it may be missing, huge, a pipe that nobody writes, a device, or a link into /proc, whose files have no size
// and may keep a reader waiting. Throws sys::Error.
std::string file_of_image(int root, const std::string& path);

}  // namespace users
