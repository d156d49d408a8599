// Id-mapped mounts: a directory of the host whose files appear to belong to other users, so that a container with ids of
// its own can use it and nothing on the disk changes. Reads: mount_setattr(2) (ID-mapped mounts), user_namespaces(7).
#pragma once

#include <vector>

#include "base/sys/fd.h"
#include "mini-container/runtime/rootfs/plan.h"

namespace rootfs {

// One for each of Plan::mounts, detached, for build(): empty where the mount is not id-mapped.
using IdMappedTrees = std::vector<sys::UniqueFd>;

// ORDER: in the runtime, before the clone; the kernel lets only the root of the user namespace that the file system
// belongs to map its owners (EPERM), and a container with a user namespace of its own is not.
IdMappedTrees clone_id_mapped(const Plan& plan);

}  // namespace rootfs
