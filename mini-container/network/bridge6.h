// A network's IPv6, beside its IPv4: the bridge's address, and a table of rules of its own.
// Reads: ip-sysctl.rst (disable_ipv6), nft(8).
#pragma once

#include <string>

#include "mini-container/network/bridge.h"

namespace network {

// The table as `nft -f` takes it. Pure.
std::string table6_text(const std::string& table, const std::string& bridge, const std::string& subnet,
                        bool internal);

// Throws std::runtime_error where the host has no IPv6.
void build_ipv6(const Place& place, const Bridge& bridge, Netlink& netlink);
// Idempotent.
void remove_ipv6(const Place& place);

}  // namespace network
