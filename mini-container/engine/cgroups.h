// What the kernel's control groups tell of a container, read where the OCI runtime has made them. Limits and
// freezing are the runtime's; what it has left behind is removed here.
// Reads: cgroups(7), Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/freezer-subsystem.rst.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace engine {

// Where control groups are: one tree (v2), or one for each controller (v1, hybrid).
std::vector<std::string> hierarchies();

// Removes the group at `path` ("/mini-container/ID", see paths.h) wherever it is, and ends what is in it.
// WHY: a runtime that was killed before it wrote down what it had made knows of no group; crun and runc keep no account.
void remove_group(const std::string& path);

// Whether the processes of the group are frozen.
bool is_frozen(const std::string& path);

// What the processes of a group have used, as far as the kernel counts it.
struct Usage {
  std::uint64_t cpu_nanoseconds = 0;
  std::uint64_t memory = 0;        // bytes, without what is only cached files
  std::uint64_t memory_limit = 0;  // bytes; the host's memory where there is no lower limit
  std::uint64_t processes = 0;
  std::uint64_t read = 0, written = 0;  // bytes, from and to block devices
};
Usage usage_of(const std::string& path);

// How many of its processes the kernel has ended for want of memory.
std::uint64_t killed_for_memory(const std::string& path);

// Bytes through all links but lo of the network namespace of `pid`; 0 if it is gone.
struct Traffic {
  std::uint64_t received = 0, sent = 0;
};
Traffic traffic_of(pid_t pid);

}  // namespace engine
