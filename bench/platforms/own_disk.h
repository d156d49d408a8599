// A new ext4 file system in a sparse file, for what the platforms write.
//
// WHY: how long a file takes to make depends on what the file system has been through. ext4 without a journal looks at every
// inode that was deleted in the last minutes before it takes one, so that the engine that comes after the removal of a large
// image pays for it; mounted with `discard`, it waits for the device with every file removed. Here all engines meet the same
// disk, with a journal, on every host. Reads: mke2fs(8), loop(4), ext4(5).
#pragma once

#include <string>

namespace bench {

// Mounts it on `folder`, over the file that it lies in; it is gone with the last mount. Returns what the report says of it:
// that, or why there is none.
std::string mount_own_disk(const std::string& folder);

}  // namespace bench
