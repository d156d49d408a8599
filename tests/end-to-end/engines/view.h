// The view of the host in which other people's engines are tested.
//
// Engines leave daemons, bridges, firewall rules, mounts and locks. Here all of it lies in pid, mount and network
// namespaces of the test, with an empty /run and /var/lib, and the end of their first process is the end of it all,
// whatever a case did. Only control groups have no such namespace; they are below one parent, which is removed.
// Reads: pid_namespaces(7), mount_namespaces(7), network_namespaces(7).
#pragma once

#include <functional>
#include <string>

namespace engines {

// Runs `tests` there and returns what it returned; 128 + n if signal n ended it.
int in_own_view(const std::function<int()>& tests);

// An empty tmpfs, for sockets, stores and images.
const std::string& folder();

// Where containers' groups belong: the name of a group below the top of each hierarchy.
const std::string& cgroup_parent();

}  // namespace engines
