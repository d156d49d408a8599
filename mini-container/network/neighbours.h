// Living beside other firewalls: Docker sets the policy of iptables' FORWARD chain to drop.
//
// nftables asks every chain that hooks into the same place, and one drop is final: an accept in our own table does
// not undo it. So our bridge is let through in that chain too, by two rules that carry its name as their comment.
// Reads: nft(8) "Chains", iptables(8).
#pragma once

#include <string>

namespace network {

// Does nothing where no such chain exists.
void open_foreign_forward(const std::string& bridge);
void close_foreign_forward(const std::string& bridge);

}  // namespace network
