// A container without a mount namespace: chroot(2) is all that keeps it in its root, and nothing is mounted, since the
// host would see it and keep it. WEAKER than anything else here, and the reason why pivot_root(2) came to be: chroot
// changes where "/" starts, and removes nothing. Root with CAP_SYS_CHROOT makes a directory, calls chroot on it while
// standing outside of it, and climbs "..", which stops only at the root that it no longer is below. CAP_SYS_ADMIN mounts
// on the host, CAP_MKNOD makes its disks. Reads: chroot(2), path_resolution(7).
#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "mini-container/runtime/rootfs/apply.h"

namespace rootfs {

void change_root(int root) {
  sys::fchdir(root);
  sys::chroot(".");
  // ORDER: after it. A working directory above the new root would be outside, and the way out open to everybody.
  sys::chdir("/");
}

}  // namespace rootfs
