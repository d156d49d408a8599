// Who -u means: names are looked up in the container's own /etc/passwd and /etc/group, never in the host's.
// Reads: passwd(5), group(5).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace engine {

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // supplementary
  std::string home = "/";
};

// `text` is "", "name", "uid", "name:group", "uid:gid" ...; `passwd` and `group` are file contents, "" for
// none. Throws std::invalid_argument for a name that is in neither.
Identity resolve_user(const std::string& text, const std::string& passwd, const std::string& group);

// The same, reading the two files beneath a root file system. Its links cannot lead out of it.
Identity resolve_user_in(const std::string& rootfs, const std::string& text);

}  // namespace engine
