// The file behind a disk of the guest.
//
// A scratch disk is a file that never had a name (O_TMPFILE): QEMU opens it through this process's descriptor, and when
// both have ended, however they ended, the kernel frees it. There is nothing to clean up and nothing to forget.
// Reads: open(2) O_TMPFILE, proc_pid_fd(5), mke2fs(8), hier(7).
#pragma once

#include "base/sys/fd.h"
#include "vm-launcher/disk/spec.h"
#include "vm-launcher/domain/machine.h"

namespace vm {

struct HostDisk {
  Disk disk;
  sys::UniqueFd file;  // keeps a scratch disk; to be held while the VM runs
};

// Checks the user's file, or makes the scratch disk in $TMPDIR, else /var/tmp, with an ext4 file system if it is to be
// mounted. Throws with what to do next.
HostDisk open_disk(const DiskSpec& spec);

// Whether the file's file system takes O_DIRECT, with which QEMU will open it.
bool takes_direct_io(const std::string& file, bool read_only);

}  // namespace vm
