// See firewall.h.
#include "mini-container/network/firewall.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "mini-container/network/nft.h"

namespace network {

namespace {

using Json = nlohmann::json;

// Published on every address of the host, or on one: two maps for each protocol.
std::string map_of(const PortMapping& port) {
  return port.protocol + (port.host_address.empty() ? "_ports" : "_ports_at");
}

std::string key_of(const PortMapping& port) {
  return port.host_address.empty() ? fmt::format("{}", port.host_port)
                                   : fmt::format("{} . {}", port.host_address, port.host_port);
}

// Of a set or a map.
struct Element {
  std::string set;
  std::string key;
  std::string comment;  // whose it is: a container's id, or a bridge
};

std::string key_text(const Json& value) {
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    // Names of links are quoted, for they may hold what nft takes for something else.
    return text.find_first_not_of("0123456789.") == std::string::npos ? text : '"' + text + '"';
  }
  if (!value.is_object()) return value.dump();
  if (value.contains("prefix")) {
    const Json& prefix = value.at("prefix");
    return fmt::format("{}/{}", prefix.at("addr").get<std::string>(), prefix.at("len").get<int>());
  }
  std::vector<std::string> parts;
  for (const Json& part : value.at("concat"))
    parts.push_back(key_text(part));
  return fmt::format("{}", fmt::join(parts, " . "));
}

// Elements with a comment, which are those made by us, from the JSON of `nft -j list table`.
std::vector<Element> elements_in(const std::string& json) {
  std::vector<Element> elements;
  const Json document = Json::parse(json);
  for (const Json& object : document.at("nftables")) {
    const bool is_map = object.contains("map");
    if (!is_map && !object.contains("set")) continue;
    const Json& set = object.at(is_map ? "map" : "set");
    for (const Json& member : set.value("elem", Json::array())) {
      const Json& key = is_map ? member.at(0) : member;
      if (!key.is_object() || !key.contains("elem")) continue;
      const Json& element = key.at("elem");
      elements.push_back({set.at("name"), key_text(element.at("val")), element.value("comment", "")});
    }
  }
  return elements;
}

std::vector<Element> elements_of(const std::string& table, sys::Where where = sys::Where::current()) {
  const std::string command = fmt::format("list table ip {}", table);
  const NftResult result = nft(command, where);
  if (result.error == ENOENT) return {};
  if (result.error != 0) fail_nft(result, command);
  try {
    return elements_in(result.output);
  } catch (const Json::exception& error) {
    throw std::runtime_error(fmt::format("nft -j list table ip {}: not understood: {}", table, error.what()));
  }
}

[[noreturn]] void report_conflict(const std::string& table, const std::vector<PortMapping>& ports) {
  for (const Element& element : elements_of(table)) {
    for (const PortMapping& port : ports) {
      if (element.set != map_of(port) || element.key != key_of(port)) continue;
      const std::string at = port.host_address.empty() ? "" : port.host_address + ":";
      throw std::runtime_error(fmt::format("port {}{}/{} is already published by container {}", at,
                                           port.host_port, port.protocol, element.comment.substr(0, 12)));
    }
  }
  throw std::runtime_error("a port is already published; try again");
}

}  // namespace

std::string table_text(const std::string& table) {
  // WHY table, delete, table: deleting what is not there fails, and all of it is one transaction.
  return fmt::format(
      R"(table ip {table}
delete table ip {table}
table ip {table} {{
  set bridges {{ type ifname; comment "one of each network"; }}
  set within {{ type ifname . ifname; comment "the same bridge, in and out"; }}
  set internal {{ type ifname; comment "networks that lead nowhere"; }}
  set subnets {{ type ipv4_addr; flags interval; comment "of the networks that lead out"; }}
  map tcp_ports {{ type inet_service : ipv4_addr . inet_service; }}
  map udp_ports {{ type inet_service : ipv4_addr . inet_service; }}
  map tcp_ports_at {{ type ipv4_addr . inet_service : ipv4_addr . inet_service; }}
  map udp_ports_at {{ type ipv4_addr . inet_service : ipv4_addr . inet_service; }}
  chain published {{
    dnat ip to ip daddr . tcp dport map @tcp_ports_at
    dnat ip to ip daddr . udp dport map @udp_ports_at
    dnat ip to tcp dport map @tcp_ports
    dnat ip to udp dport map @udp_ports
  }}
  chain prerouting {{
    type nat hook prerouting priority -100; policy accept;
    fib daddr type local jump published comment "published ports, from other machines and containers"
  }}
  chain output {{
    type nat hook output priority -100; policy accept;
    fib daddr type local jump published comment "published ports, from this host, loopback too"
  }}
  chain postrouting {{
    type nat hook postrouting priority 100; policy accept;
    ip saddr @subnets oifname != @bridges masquerade comment "out: containers share the host's address"
    oifname @bridges ip saddr 127.0.0.0/8 masquerade comment "a container cannot answer to 127.0.0.1"
    oifname @bridges ip saddr @subnets ct status dnat masquerade comment "hairpin: answers must come back this way"
  }}
  chain forward {{
    type filter hook forward priority 0; policy accept;
    iifname . oifname @within accept comment "neighbours on one bridge"
    iifname @internal drop comment "no way out of an internal network"
    oifname @internal drop comment "nor into it"
    oifname @bridges ct state established,related accept
    oifname @bridges ct status dnat accept
    oifname @bridges drop comment "closed to other networks, and ports to all until published"
  }}
  chain guard {{
    type filter hook prerouting priority -300; policy accept;
    iifname @bridges ip daddr 127.0.0.0/8 drop comment "route_localnet must not open the host's loopback"
  }}
}}
)",
      fmt::arg("table", table));
}

std::string network_text(const std::string& table, const NetworkRules& network) {
  const auto element = [&](const char* set, const std::string& key) {
    return fmt::format("add element ip {} {} {{ {} comment \"{}\" }}\n", table, set, key, network.bridge);
  };
  const std::string name = '"' + network.bridge + '"';
  return element("bridges", name) + element("within", name + " . " + name) +
         (network.internal ? element("internal", name) : element("subnets", to_string(network.subnet)));
}

void create_table(const std::string& table) {
  nft_or_throw(table_text(table));
}

void add_network(const std::string& table, const NetworkRules& network) {
  if (!table_exists(table)) create_table(table);
  nft_or_throw(network_text(table, network));
}

void remove_network(const std::string& table, const std::string& bridge) {
  std::string commands;
  for (const Element& element : elements_of(table)) {
    if (element.comment != bridge) continue;
    commands += fmt::format("delete element ip {} {} {{ {} }}\n", table, element.set, element.key);
  }
  if (!commands.empty()) nft_or_throw(commands);
}

bool delete_table(const std::string& table) {
  const std::string command = fmt::format("delete table ip {}", table);
  const NftResult result = nft(command);
  if (result.error != 0 && result.error != ENOENT) fail_nft(result, command);
  return result.error == 0;
}

bool table_exists(const std::string& table) {
  return nft(fmt::format("list table ip {}", table)).error == 0;
}

void publish(const std::string& table, const std::string& container_id, const std::string& address,
             const std::vector<PortMapping>& ports) {
  if (ports.empty()) return;
  std::string commands;
  for (const PortMapping& port : ports) {
    commands += fmt::format("create element ip {} {} {{ {} comment \"{}\" : {} . {} }}\n", table,
                            map_of(port), key_of(port), container_id, address, port.container_port);
  }
  const NftResult result = nft(commands);
  if (result.error == EEXIST) report_conflict(table, ports);
  if (result.error != 0) fail_nft(result, commands);
}

bool unpublish(const std::string& table, const std::string& container_id) {
  std::string commands;
  for (const Element& element : elements_of(table)) {
    if (element.comment != container_id) continue;
    commands += fmt::format("delete element ip {} {} {{ {} }}\n", table, element.set, element.key);
  }
  if (!commands.empty()) nft_or_throw(commands);
  return !commands.empty();
}

std::map<std::string, std::vector<std::string>> published(const std::string& table) {
  std::map<std::string, std::vector<std::string>> ports;
  for (const Element& element : elements_of(table)) {
    const std::size_t protocol = element.set.find("_ports");
    if (protocol == std::string::npos) continue;
    ports[element.comment].push_back(element.set.substr(0, protocol) + " " + element.key);
  }
  return ports;
}

}  // namespace network
