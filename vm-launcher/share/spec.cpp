// See spec.h.
#include "vm-launcher/share/spec.h"

#include <fmt/format.h>

#include <set>
#include <stdexcept>

#include "vm-launcher/disk/spec.h"

namespace vm {

namespace {

constexpr std::size_t kMostShares =
    4;  // a microvm has eight virtio slots, for disks, card and the agent's port too

[[noreturn]] void refuse(const std::string& text, const std::string& reason) {
  throw std::runtime_error(fmt::format("-v {}: {}", text, reason));
}

}  // namespace

ShareSpec parse_share(const std::string& text) {
  ShareSpec share;
  std::string rest = text;
  const std::string mode = rest.substr(rest.rfind(':') + 1);
  if (mode == "ro" || mode == "rw") {
    share.read_only = mode == "ro";
    rest.resize(rest.size() - std::min(rest.size(), mode.size() + 1));
  }
  // The last one: what stands before it may have as many as it likes.
  const std::size_t colon = rest.rfind(":/");
  if (colon == std::string::npos || colon == 0)
    refuse(text, "expected HOST:GUEST[:ro], such as ./data:/data");
  share.folder = rest.substr(0, colon);
  share.mount_point = rest.substr(colon + 1);
  if (share.folder.front() != '/' && share.folder.front() != '.')
    refuse(text, "a VM has no volumes with names, only folders: /PATH or ./PATH");
  if (!is_mount_point(share.mount_point))
    refuse(text, "the mount point is an absolute path without \"..\", and not the root itself");
  return share;
}

void check_together(const std::vector<ShareSpec>& shares) {
  if (shares.size() > kMostShares)
    throw std::runtime_error(
        fmt::format("a VM has at most {} shared folders, not {}", kMostShares, shares.size()));
  std::set<std::string> taken;
  for (const ShareSpec& share : shares)
    if (!taken.insert(share.mount_point).second)
      throw std::runtime_error(fmt::format("two shared folders want the mount point {}", share.mount_point));
}

}  // namespace vm
