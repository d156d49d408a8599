// -p without a host port: the kernel's range of ephemeral ports has one that nobody uses.
#pragma once

#include <string>
#include <vector>

#include "mini-container/network/ports.h"

namespace network {

// Publishes `ports`; those without a host port get one that is free, which is written into them. Throws std::runtime_error
// for one that a program of the host listens at.
void publish_free(const std::string& table, const std::string& container_id, const std::string& address,
                  std::vector<PortMapping>& ports);

// Whether a socket in a text as /proc/net/tcp has it takes what comes to `port` of the host. Pure.
bool is_taken(const std::string& proc_net, const PortMapping& port);

// The local ports in a text as /proc/net/tcp has it, in use or listened at. Pure.
std::vector<std::uint16_t> ports_in(const std::string& proc_net);

}  // namespace network
