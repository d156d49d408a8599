// The mount and network namespaces in which the benchmark itself runs, so that what the engines leave behind
// (bridges, firewall rules, bind mounts) goes with it and is never the host's.
//
// Reads: unshare(2), mount_namespaces(7), network_namespaces(7), cgroups(7).
#pragma once

#include <string>
#include <vector>

namespace bench {

// Returns what was changed in this view, for the report's environment; empty without root, where nothing is.
std::vector<std::string> enter_private_view();

}  // namespace bench
