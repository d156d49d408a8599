// Mounts: the file system a process sees. The classic calls, and the newer ones that act on descriptors.
// Reads: mount(2), umount(2), pivot_root(2), open_tree(2), move_mount(2), mount_setattr(2), chroot(2),
// fsopen(2), fsconfig(2), fsmount(2), mount_namespaces(7).
#pragma once

#include <linux/mount.h>
#include <sys/mount.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace sys {

// mount(2). `flags` are MS_*; an empty `type` or `data` is passed as null.
void mount(const std::string& source, const std::string& target, const std::string& type, unsigned long flags,
           const std::string& data = {}, Where where = Where::current());
// umount2(2). False if `target` is no mount point (EINVAL) or does not exist.
bool umount_if_mounted(const std::string& target, int flags = MNT_DETACH, Where where = Where::current());

// pivot_root(2). With both arguments "." the old root ends up stacked on the new one: umount2(".",
// MNT_DETACH) next.
void pivot_root(const std::string& new_root, const std::string& put_old, Where where = Where::current());
void chroot(const std::string& path, Where where = Where::current());

// open_tree(2): a descriptor for a mount, or with OPEN_TREE_CLONE for a detached private copy of it that
// vanishes when the descriptor closes.
UniqueFd open_tree(int directory, const std::string& path, unsigned flags, Where where = Where::current());
// move_mount(2): attaches a detached mount on the directory or file behind `target`.
void move_mount(int mount, int target, Where where = Where::current());
// mount_setattr(2) on the mount behind `fd`: attributes (MOUNT_ATTR_*) to set and to clear, propagation
// (MS_SHARED
// ... or 0), `flags` AT_RECURSIVE or 0, and for MOUNT_ATTR_IDMAP a user namespace.
void mount_setattr(int fd, unsigned flags, std::uint64_t set, std::uint64_t clear,
                   std::uint64_t propagation = 0, int user_namespace = -1, Where where = Where::current());
// fsopen(2), fsconfig(2), fsmount(2): a new file system as a detached mount.
struct FsOption {
  std::string key;
  std::string value;  // empty for a flag
};
UniqueFd mount_detached(const std::string& type, const std::vector<FsOption>& options,
                        std::uint64_t attributes, Where where = Where::current());

// What is mounted below `directory`, itself not counted: proc(5), mountinfo, with its escapes.
std::vector<std::string> mounts_below(const std::string& directory, Where where = Where::current());

// "MS_RDONLY|MS_NOSUID", for traces.
std::string mount_flag_names(unsigned long flags);

}  // namespace sys
