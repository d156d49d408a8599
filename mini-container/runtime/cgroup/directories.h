// Making the directories of groups, from the top of a hierarchy down. Internal to cgroup.
// Reads: cgroups(7) (cgroup.subtree_control), cpuset(7).
#pragma once

#include <string>
#include <vector>

#include "base/sys/error.h"
#include "mini-container/runtime/cgroup/plan.h"

namespace cgroup {

// Missing groups from the mount point down to the container's; `made` receives those made, in order. A leftover
// without processes is replaced.
void make_directories(const Directory& directory, std::vector<std::string>& made);

// Without the privilege to make groups: EACCES, EPERM, EROFS.
bool refused(const sys::Error& error);

// v2: hands directory.enable down to a group that is there already.
void enable_controllers(const Directory& directory);

// "cpu,cpuacct", or "unified".
std::string name_of(const Directory& directory);

// False if the group stays, because of processes or groups below it.
bool remove_directory(const std::string& path);

}  // namespace cgroup
