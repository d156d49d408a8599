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

struct Element {
  std::string map;
  std::string key;
  std::string container_id;
};

std::string key_text(const Json& value) {
  if (!value.is_object()) return value.is_string() ? value.get<std::string>() : value.dump();
  std::vector<std::string> parts;
  for (const Json& part : value.at("concat"))
    parts.push_back(key_text(part));
  return fmt::format("{}", fmt::join(parts, " . "));
}

// Elements of the port maps, from the JSON of `nft -j list table`.
std::vector<Element> elements_in(const std::string& json) {
  std::vector<Element> elements;
  const Json document = Json::parse(json);
  for (const Json& object : document.at("nftables")) {
    if (!object.contains("map")) continue;
    const Json& map = object.at("map");
    for (const Json& pair : map.value("elem", Json::array())) {
      const Json& key = pair.at(0);
      if (!key.is_object() || !key.contains("elem")) continue;  // without comment: not made by us
      const Json& element = key.at("elem");
      elements.push_back({map.at("name"), key_text(element.at("val")), element.value("comment", "")});
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
      if (element.map != map_of(port) || element.key != key_of(port)) continue;
      throw std::runtime_error(fmt::format("port {}/{} is already published by container {}", key_of(port),
                                           port.protocol, element.container_id.substr(0, 12)));
    }
  }
  throw std::runtime_error("a port is already published; try again");
}

}  // namespace

std::string table_text(const FirewallPlan& plan) {
  // WHY table, delete, table: deleting what is not there fails, and all of it is one transaction.
  return fmt::format(
      R"(table ip {table}
delete table ip {table}
table ip {table} {{
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
    ip saddr {subnet} oifname != "{bridge}" masquerade comment "out: containers share the host's address"
    oifname "{bridge}" ip saddr 127.0.0.0/8 masquerade comment "a container cannot answer to 127.0.0.1"
    oifname "{bridge}" ip saddr {subnet} ct status dnat masquerade comment "hairpin: answers must come back this way"
  }}
  chain forward {{
    type filter hook forward priority 0; policy accept;
    iifname "{bridge}" accept
    oifname "{bridge}" ct state established,related accept
    oifname "{bridge}" ct status dnat accept
    oifname "{bridge}" drop comment "ports are closed until published"
  }}
  chain guard {{
    type filter hook prerouting priority -300; policy accept;
    iifname "{bridge}" ip daddr 127.0.0.0/8 drop comment "route_localnet must not open the host's loopback"
  }}
}}
)",
      fmt::arg("table", plan.table), fmt::arg("bridge", plan.bridge),
      fmt::arg("subnet", to_string(plan.subnet)));
}

void create_table(const FirewallPlan& plan) {
  nft_or_throw(table_text(plan));
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
    if (element.container_id != container_id) continue;
    commands += fmt::format("delete element ip {} {} {{ {} }}\n", table, element.map, element.key);
  }
  if (!commands.empty()) nft_or_throw(commands);
  return !commands.empty();
}

std::map<std::string, std::vector<std::string>> published(const std::string& table) {
  std::map<std::string, std::vector<std::string>> ports;
  for (const Element& element : elements_of(table)) {
    ports[element.container_id].push_back(element.map.substr(0, element.map.find('_')) + " " + element.key);
  }
  return ports;
}

}  // namespace network
