// The files behind the disks of one VM: those that the user named, and those that are made for it.
#pragma once

#include <string>
#include <vector>

#include "vm-launcher/disk/host_disk.h"
#include "vm-launcher/launch/run.h"

namespace vm {

// In the guest's order: those of the request, the first with an overlay over it if it boots by itself, and the seed of
// cloud-init last. What is made stays with the VM's folder: another start finds the same disks.
std::vector<HostDisk> open_disks(const RunRequest& request, const VmFolder& folder);

// The images that such a VM writes, each of which can keep snapshots of itself; the VM must not run. Throws
// std::runtime_error if there is none, or one that cannot.
std::vector<std::string> snapshot_images(const RunRequest& request, const VmFolder& folder);

}  // namespace vm
