// The firewall's share of the bridge network: one nftables table that holds address translation out, published
// ports in, and what keeps the rest closed.
//
// The rules never change while containers come and go: a published port is an element of a map, looked up in one
// step however many there are, and carries its container's id as a comment. Reads: nft(8), libnftables(3).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mini-container/network/ports.h"
#include "mini-container/network/subnet.h"

namespace network {

struct FirewallPlan {
  std::string table;   // "isolab"
  std::string bridge;  // "mini0"
  Subnet subnet;
};

// The table as `nft -f` takes it; replaces one that is there. Pure.
std::string table_text(const FirewallPlan& plan);

void create_table(const FirewallPlan& plan);
// False if there was none.
bool delete_table(const std::string& table);
bool table_exists(const std::string& table);

// Opens host ports towards `address`. Throws std::runtime_error that names the port and its owner when one is
// published already; nothing is opened then.
void publish(const std::string& table, const std::string& container_id, const std::string& address,
             const std::vector<PortMapping>& ports);
// Closes all ports of a container. False if it had none.
bool unpublish(const std::string& table, const std::string& container_id);
// Container id -> "tcp 8080" ... of all that is published; empty without a table.
std::map<std::string, std::vector<std::string>> published(const std::string& table);

}  // namespace network
