// The bridge that all containers of one state directory share, with its subnet, its table of rules and the two
// switches of the kernel that it needs. Made on first use, kept until removed.
// Reads: ip-sysctl.rst (ip_forward, route_localnet), bridge(8).
#pragma once

#include <optional>
#include <string>

#include "mini-container/network/firewall.h"
#include "mini-container/network/netlink.h"

namespace network {

struct Bridge {
  std::string name;   // "mini0"
  std::string table;  // "isolab"
  Subnet subnet;
  unsigned mtu = 1500;
  int index = 0;                    // of the link, as it is now
  bool forwarding_was_off = false;  // ip_forward was 0 before us
};

// Names for a state directory: "mini0" and "isolab" for the default one; a hash of the path marks others, so
// that engines with roots of their own do not meet.
struct BridgeNames {
  std::string link;
  std::string table;
};
BridgeNames bridge_names(const std::string& state_directory);

// "mc1a2b3c4d" for container 1a2b3c4d...: at most 15 characters, IFNAMSIZ.
std::string host_link_name(const std::string& container_id);

// The bridge if it stands; nullopt if it has to be made (again).
std::optional<Bridge> find_bridge(const std::string& state_directory, const Netlink& netlink);
// The same, or makes it. On failure nothing of it is left.
Bridge ensure_bridge(const std::string& state_directory, Netlink& netlink);
// Removes link, table and record, and gives ip_forward back.
void remove_bridge(const std::string& state_directory, Netlink& netlink);

}  // namespace network
