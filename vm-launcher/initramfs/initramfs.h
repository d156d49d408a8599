// The guest's root file system in memory: a cpio archive that the kernel unpacks before it starts PID 1.
//
// It is two archives one after the other, which the kernel accepts: the image, exactly the files that a
// container of it would see, and the guest part, /.isolab with guest-init and its modules. The kernel starts
// /.isolab/init (rdinit=), so nothing of the image is replaced. Not compressed: emulated, unpacking costs more
// than reading. Reads: driver-api/early-userspace/buffer-format.rst, cpio(5), ramfs-rootfs-initramfs.rst.
#pragma once

#include <string>
#include <vector>

namespace vm {

// Rewrites the tar archive that comes out of `tar` as cpio into `cpio`. Foreign bytes: any archive that cannot be
// read to its end is std::runtime_error.
void tar_to_cpio(int tar, int cpio);

// /.isolab and /dev/console as cpio into `cpio`.
void write_guest_part(int cpio, const std::string& guest_init, const std::vector<std::string>& modules);

}  // namespace vm
