// What the kernel's control groups tell of a container, read where the OCI runtime has made them. Nothing is changed
// here: limits and freezing are the runtime's.
// Reads: cgroups(7), Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/freezer-subsystem.rst.
#pragma once

#include <string>

namespace engine {

// Whether the processes of the group at `path` ("/mini-container/ID", see paths.h) are frozen.
bool is_frozen(const std::string& path);

}  // namespace engine
