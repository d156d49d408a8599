// The bridge of a network, with its subnet, its part of the rules and the two switches of the kernel that it needs. A
// user-defined network's is made with it, the default one's at first use; both are made again after a reboot.
// Reads: ip-sysctl.rst (ip_forward, route_localnet), bridge(8).
#pragma once

#include <optional>
#include <string>

#include "mini-container/network/definition.h"
#include "mini-container/network/firewall.h"
#include "mini-container/network/leases.h"
#include "mini-container/network/netlink.h"
#include "mini-container/network/state.h"

namespace network {

struct Bridge {
  std::string name;  // "mini0"
  Range range;
  unsigned mtu = 1500;
  bool internal = false;
  std::string subnet6, gateway6;  // "" without IPv6
  int index = 0;                  // of the link, as it is now
};

// "mc1a2b3c4d" for container 1a2b3c4d... in the default network, a hash in others: at most 15 characters, IFNAMSIZ.
std::string host_link_name(const std::string& container_id, const std::string& network_id = {});

// The bridge if it stands; nullopt if it has to be made (again).
std::optional<Bridge> find_bridge(const Place& place, const Netlink& netlink);
// The same, or makes it. On failure nothing of it is left. A definition without a subnet gets one that is free on this host
// and not of a network in `catalogue`.
Bridge ensure_bridge(const Place& place, const Definition& definition, const std::string& catalogue,
                     Netlink& netlink);
// Removes link, rules and record; the last of a root also the table, and gives ip_forward back.
void remove_bridge(const Place& place, Netlink& netlink);

}  // namespace network
