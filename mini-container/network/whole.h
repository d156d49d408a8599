// All networks of one root together: what a container has in any of them, what nobody owns, and the end of all.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "mini-container/network/network.h"

namespace network {

// Detaches from every network; true if there was something.
bool detach_everywhere(const std::string& root, const std::string& container_id, LinkEnd link);

// Containers that have a record in some network.
std::set<std::string> attached(const std::string& root);
// What belongs to none of `live`, for a person: "link mc1a2b3c4d of container 1a2b...". Links that the kernel
// is about to take down are given two seconds.
std::vector<std::string> leaks(const std::string& root, const std::set<std::string>& live);

// Removes bridges, table and state, ends the name server, and gives ip_forward back. Attached containers lose their
// network.
void remove_all(const std::string& root);

}  // namespace network
