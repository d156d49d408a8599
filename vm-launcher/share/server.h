// The process that answers a guest's file system calls: QEMU's virtiofsd, one for each shared folder.
//
//     guest: open("/data/x") -- virtiofs -- virtio queue in shared memory -- virtiofsd: openat(folder, "x")
//
// A guest may be hostile, and so may what virtiofsd reads of it. So the process can reach nothing but the folder: it gets a mount
// namespace of its own in which a copy of the folder's mount is all there is (virtiofsd pivots into it), closed to writing by
// the kernel if it is to be read only, and pid and network namespaces of its own. What a link in the folder names is looked up by the
// guest, in the guest. User and group numbers pass as they are: the guest's root is root in the folder, as for a container's -v
// without user namespace; only device nodes it cannot make.
// Reads: mount_namespaces(7), open_tree(2), mount_setattr(2), QEMU's tools/virtiofsd.rst.
#pragma once

#include <string>
#include <vector>

#include "base/sys/process.h"
#include "vm-launcher/domain/machine.h"
#include "vm-launcher/share/spec.h"

namespace vm {

// Throws std::runtime_error if this host or user cannot share folders, or there is no such folder.
std::vector<Share> host_shares(const std::vector<ShareSpec>& specs);

// Starts it for the one who connects to `listener`. It ends when that one hangs up, or with this process. `place` is an empty folder,
// of a name without commas.
sys::Child serve_folder(const Share& share, const std::string& place, int listener);

// What that process does before it becomes virtiofsd: see cli/share.cpp.
[[noreturn]] void become_server(const Share& share, const std::string& place, int listener);

}  // namespace vm
