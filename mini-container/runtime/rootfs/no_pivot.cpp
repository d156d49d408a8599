// Entering the root without pivot_root(2), which refuses (EINVAL) where the host's root is a ramfs, as in an
// initramfs. WEAKER: the host's tree stays mounted, out of sight below the new root, and root with CAP_SYS_CHROOT can
// climb back into it, as out of any chroot(2). Reads: mount(2) (MS_MOVE), chroot(2), pivot_root(2).
#include <cerrno>
#include <sstream>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "mini-container/runtime/rootfs/steps.h"

namespace rootfs {

namespace {

struct MountEntry {
  std::string point, type;
};

// "36 35 98:0 / /point options [optional fields] - type source options"
std::vector<MountEntry> mounts_of_this_namespace() {
  std::istringstream lines(sys::read_file("/proc/self/mountinfo"));
  std::vector<MountEntry> mounts;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line.substr(0, line.find(" - ")));
    std::istringstream after(line.substr(line.find(" - ") + 3));
    std::string skipped;
    MountEntry entry;
    fields >> skipped >> skipped >> skipped >> skipped >> entry.point;
    after >> entry.type;
    mounts.push_back(std::move(entry));
  }
  return mounts;
}

// WHY: the kernel lets a new procfs or sysfs be mounted only where a full one is in the namespace already. The host's
// own would count, and the container could mount itself one without any masks.
void hide_hosts_proc_and_sys(const std::string& root) {
  const auto mounts = mounts_of_this_namespace();
  for (auto mount = mounts.rbegin(); mount != mounts.rend(); ++mount) {
    const bool full = mount->type == "proc" || mount->type == "sysfs";
    if (!full || mount->point.starts_with(root + "/")) continue;
    try {
      sys::umount_if_mounted(mount->point, MNT_DETACH);
    } catch (const sys::Error& error) {
      // A mount that came with a user namespace is locked; it can be covered.
      if (error.error() != EPERM) throw;
      sys::mount("tmpfs", mount->point, "tmpfs", 0);
    }
  }
}

}  // namespace

void move_root(const Plan& plan, int root) {
  hide_hosts_proc_and_sys(plan.root);
  sys::fchdir(root);
  sys::mount(".", "/", "", MS_MOVE);
  sys::chroot(".");
  sys::chdir("/");
}

}  // namespace rootfs
