// Sources of bind mounts that the root of a new user namespace cannot reach: a volume in somebody's home directory, say,
// that is closed to others. The runtime may go there; so it opens them for the container. Reads: user_namespaces(7),
// openat2(2), open_tree(2).
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/sys/fd.h"
#include "mini-container/runtime/rootfs/plan.h"

namespace rootfs {

// One for each of Plan::mounts, for build(): empty where nothing is to be bound, or the runtime does not get there either.
using BindSources = std::vector<sys::UniqueFd>;

// Is there anything to open?
bool has_bind_sources(const Plan& plan);

// In the runtime, as the process sees them that was just cloned.
// ORDER: while that process has the host's mounts and waits. WHY in its mount namespace: open_tree(2) takes no mount of
// another (EINVAL). WHY not all that is cloned there as a tree: what the host mounted read-only would lose the lock that
// keeps a user namespace from making it writable.
BindSources open_bind_sources(const Plan& plan, pid_t process);

}  // namespace rootfs
