// What a network is: the record that `network create` makes and that `network inspect` shows. Values only.
// Reads: docker-network-create(1).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mini-container/network/subnet.h"

namespace network {

struct Definition {
  std::string id;  // 64 hexadecimal digits
  std::string name;
  std::string driver = "bridge";  // "macvlan", "cni", "host", "null"
  std::string subnet;             // "172.50.0.0/16"
  std::string gateway;
  std::string subnet6;  // of --ipv6, "fd00:1::/64"
  std::string gateway6;
  std::string ip_range;  // the part of the subnet that containers get addresses of; "" for all of it
  std::map<std::string, std::string> reserved;  // --aux-address: name -> an address that no container gets
  bool internal = false;
  bool ipv6 = false;
  std::map<std::string, std::string> labels, options;
  std::string created;  // RFC 3339

  // The networks that are always there: bridge, host, none.
  bool predefined() const { return name == "bridge" || name == "host" || name == "none"; }
  // Others find its containers by name: all but Docker's default bridge, which never had that, and those without
  // addresses of ours.
  bool resolves_names() const { return driver == "bridge" && !predefined(); }
};

std::string to_json(const Definition& definition);
// Throws std::runtime_error that names `where` for what is none.
Definition definition_from_json(const std::string& text, const std::string& where);

// Refuses what contradicts itself, with std::invalid_argument: names, drivers, options, addresses beyond the subnet.
void check(const Definition& definition);

// bridge, host and none. `place` makes their ids differ from those of another engine's.
std::vector<Definition> predefined_networks(const std::string& place);

// The subnet that is asked for, or for "" the first that is free, compared with those of `others` and with what
// this host `routes` already. Throws std::runtime_error in Docker's words when it overlaps.
Subnet choose_subnet(const std::string& asked, const std::vector<Definition>& others,
                     const std::vector<Subnet>& routes);

// The host's address in its IPv6 subnet: the first, unless asked otherwise; "" without such a subnet.
std::string gateway6_of(const Definition& definition);

// "br-1a2b3c4d5e6f", as Docker calls a network's bridge; the default one has a name of its own (bridge.h).
std::string bridge_link_of(const Definition& definition);

// 64 digits that are always the same for `text`; a short hash is the first eight.
std::string digits_of(const std::string& text);

}  // namespace network
