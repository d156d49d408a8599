// What --step shows of the kernel: facts of one process, and of the machine, read from /proc and the control groups.
//
// Only a process of the host can read both sides: after pivot_root(2) the container sees another /proc. A file that
// cannot be read gives the fact "unavailable", never an exception.
// Reads: proc(5), namespaces(7), cgroups(7), capabilities(7), credentials(7).
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/trace/views.h"

namespace sys {

// Namespaces, root and working directory, credentials, capabilities, limits, groups, links, addresses, mounts.
trace::Facts facts_of_process(pid_t pid);

// Every control group that this process can see, with the limits that are set in it.
trace::Facts facts_of_groups();

// The first process among the descendants of `command` that lives in a namespace of its own; nullopt if none does.
std::optional<pid_t> contained_descendant(pid_t command);

}  // namespace sys
