// The disks that the command finds at a path: mounted before it starts, unmounted when it has ended, so that a file that
// stays on the host holds a clean file system; and folders of the host, which are mounted in the same way. A disk without a mount point is left alone, as the node in /dev that it is.
// Reads: mount(2), umount(2), syncfs(2), filesystems/ext4, sysfs "block/*/serial".
#pragma once

#include <string>
#include <vector>

#include "vm-launcher/protocol/messages.h"

namespace vm::guest {

class Disks {
 public:
  // Throws with a reason for the user of the launcher.
  void mount(const protocol::Mount& order);
  // Unmounts, for which every process of the guest but this one is ended, and has the host write out what it holds of
  // every disk, mounted or not. Returns what went wrong.
  std::vector<std::string> release();

 private:
  static void mount_disk(const protocol::Mount& order);
  static void mount_share(const protocol::Mount& order);
  std::vector<std::string> mounted_;
};

}  // namespace vm::guest
