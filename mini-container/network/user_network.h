// The network of a container whose engine is an ordinary user's. Links, bridges and rules of the host are not that user's to
// change, but sockets are: a program beside the container takes what the container sends from a tap device in its network
// namespace, and says it again through sockets of its own on the host, as any program of the user would.
//
//     container                                   host
//       eth0 (tap) ---- packets ---- pasta ---- sockets of the user ---- anywhere
//                                    pasta ---- listens on published ports
//
// pasta(1), of the package passt, if it is there, else slirp4netns(1). The host's own loopback is not lent: what listens there
// alone is out of the container's reach, as it is on a bridge.
// Reads: pasta(1), slirp4netns(1), tuntap.rst in the kernel's documentation, user_namespaces(7).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "mini-container/network/ports.h"

namespace network {

// Whether root of this user namespace may change the links of this network namespace.
bool governs_links();

// "pasta", "slirp4netns", or "" where neither is installed.
std::string user_network_program();

struct UserNetwork {
  std::string id;         // of the container
  std::string directory;  // where its helper leaves its pid
  std::string socket;     // a path for the moment, short enough for unix(7)
  pid_t pid = 0;          // of its first process
  std::vector<PortMapping> ports;
};
// Returns when the container has its link and its published ports. Throws what the helper said if it could not.
void start_user_network(const UserNetwork& network);
// Ends its helper. Idempotent.
void stop_user_network(const std::string& id, const std::string& directory);

// Pure: pasta's command line, without the namespaces.
std::vector<std::string> pasta_command(const UserNetwork& network);
// Pure: what slirp4netns is asked over its socket, once for each port.
std::string slirp_request(const PortMapping& port);

}  // namespace network
