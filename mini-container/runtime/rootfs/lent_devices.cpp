// See lent_devices.h. The default devices are not lent: the host's own are the same, and are there.
#include "mini-container/runtime/rootfs/lent_devices.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "base/trace/phase.h"

namespace rootfs {

namespace {

sys::UniqueFd lend(const DeviceNode& wanted, const std::string& path) {
  sys::mknodat(AT_FDCWD, path, wanted.mode, wanted.device);
  sys::fchownat(AT_FDCWD, path, wanted.owner_outside->uid, wanted.owner_outside->gid);
  // ORDER: after the owner, whose change takes bits away; and mknod(2) obeys the caller's umask.
  sys::fchmodat(AT_FDCWD, path, wanted.mode & 07777);
  sys::UniqueFd mount = sys::open_tree(AT_FDCWD, path, OPEN_TREE_CLONE);
  // WHY nodev is cleared: the folder's own file system may have it (/run does), and only out here may it be cleared.
  sys::mount_setattr(mount.get(), 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NODEV, MS_PRIVATE);
  return mount;
}

bool wants_lending(const DeviceNode& node) {
  return node.owner_outside.has_value() && !S_ISFIFO(node.mode);
}

}  // namespace

LentDevices lend_devices(const Plan& plan, const std::string& folder) {
  if (!plan.bind_devices || std::none_of(plan.devices.begin(), plan.devices.end(), wants_lending)) return {};
  const trace::Phase phase("lent devices", "in its user namespace the container may make none");
  // WHY 0700: the modes are meant for the users inside. WHY kept: what has no name any more cannot be mounted (ENOENT).
  sys::mkdir_if_missing(folder, 0700);
  LentDevices lent(plan.devices.size());
  for (std::size_t i = 0; i < lent.size(); ++i) {
    if (!wants_lending(plan.devices[i])) continue;
    try {
      lent[i] = lend(plan.devices[i], fmt::format("{}/{}", folder, i));
    } catch (const sys::Error& error) {
      // Who is not the host's root makes none either, and has only what the host has already.
      if (error.call() != "mknodat" || error.error() != EPERM) throw;
      return {};
    }
  }
  return lent;
}

}  // namespace rootfs
