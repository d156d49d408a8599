// The thin disk that a VM writes instead of the file it boots from: a qcow2 image of its own, empty at first, whose backing
// file that is. What was never written is read from there; the file stays as it is, and serves any number of VMs.
// A qcow2 image also keeps snapshots of itself. Reads: qemu-img(1), qemu's docs/interop/qcow2.txt.
#pragma once

#include <string>
#include <vector>

#include "vm-launcher/domain/machine.h"

namespace vm {

// Where VMs of this boot of the host have such disks; what earlier boots left is removed. WHY not beside the VM's folder:
// /run is memory on most hosts.
std::string overlay_home();

// The overlay over `base` in `folder`, made unless it is there.
Disk ensure_overlay(const Disk& base, const std::string& folder);

// A state of a qcow2 image that it keeps under a name.
struct DiskSnapshot {
  std::string name;
  std::int64_t made = 0;  // seconds since 1970
};
// Oldest first. All four ask for an image that no QEMU has open.
std::vector<DiskSnapshot> disk_snapshots(const std::string& image);
void make_disk_snapshot(const std::string& image, const std::string& name);
void revert_to_disk_snapshot(const std::string& image, const std::string& name);
void remove_disk_snapshot(const std::string& image, const std::string& name);

}  // namespace vm
