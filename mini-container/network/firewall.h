// The firewall's share of the networks: one nftables table for all of one root, that holds address translation out,
// published ports in, and what keeps the rest closed, networks from each other too.
//
// The rules never change while networks and containers come and go. A network is an element of sets, and a published port
// one of a map, looked up in one step however many there are; its comment says whose it is. Reads: nft(8), libnftables(3).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mini-container/network/ports.h"
#include "mini-container/network/subnet.h"

namespace network {

// One network's part: elements of the table's sets, each with the bridge's name as its comment.
struct NetworkRules {
  std::string bridge;  // "mini0"
  Subnet subnet;
  bool internal = false;  // nothing of it is routed
};

// The table as `nft -f` takes it; replaces one that is there. Pure.
std::string table_text(const std::string& table);
// What `nft` takes to let the table know of a network. Pure.
std::string network_text(const std::string& table, const NetworkRules& network);

void create_table(const std::string& table);
// False if there was none.
bool delete_table(const std::string& table);
bool table_exists(const std::string& table);
// Makes the table if need be.
void add_network(const std::string& table, const NetworkRules& network);
// Idempotent.
void remove_network(const std::string& table, const std::string& bridge);

// Opens host ports towards `address`. Throws std::runtime_error that names the port and its owner when one is
// published already; nothing is opened then.
void publish(const std::string& table, const std::string& container_id, const std::string& address,
             const std::vector<PortMapping>& ports);
// Closes all ports of a container. False if it had none.
bool unpublish(const std::string& table, const std::string& container_id);
// Container id -> "tcp 8080" ... of all that is published; empty without a table.
std::map<std::string, std::vector<std::string>> published(const std::string& table);

}  // namespace network
