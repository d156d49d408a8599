// Mount options as people write them ("ro", "nosuid", "rbind", "size=64k"), sorted into what each kernel call
// takes: attributes of the mount, propagation, and parameters of the file system. Reads: mount(8), mount(2),
// mount_setattr(2), OCI runtime-spec config.md (mounts, the table of options).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/sys/mount.h"

namespace rootfs {

struct MountOptions {
  bool bind = false;
  bool recursive = false;           // "rbind": with everything mounted below
  std::uint64_t set = 0;            // MOUNT_ATTR_* to set on this mount
  std::uint64_t clear = 0;          // to clear: "rw", "exec" ...
  std::uint64_t recursive_set = 0;  // "rro", "rnosuid" ...: on this mount and all below
  std::uint64_t recursive_clear = 0;
  std::uint64_t propagation = 0;  // MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE, or 0 for none
  bool propagation_recursive = false;
  bool remount = false;
  // "idmap", "ridmap": owners of files appear through a map, of this mount or of all below as well.
  bool id_mapped = false;
  bool id_mapped_recursive = false;
  bool copy_up = false;                   // "tmpcopyup": the tmpfs begins with what the image has there
  std::vector<sys::FsOption> parameters;  // for fsconfig(2): "size=64k", "newinstance"
  // "sync", "lazytime" ...: of every file system. A bind mount shows one that has them, or not, already.
  std::vector<sys::FsOption> superblock;
};

// `member` is the place in the document ("mounts[3].options"). Throws spec::Invalid for options that contradict
// each other or that no kernel call can carry.
MountOptions parse_options(const std::vector<std::string>& options, const std::string& member);

}  // namespace rootfs
