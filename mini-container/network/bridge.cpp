// See bridge.h.
#include "mini-container/network/bridge.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "mini-container/network/bridge6.h"
#include "mini-container/network/catalogue.h"
#include "mini-container/network/neighbours.h"

namespace network {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kShort = 8;

std::string record_path(const Place& place) {
  return place.directory + "/bridge.json";
}

std::optional<Bridge> read_record(const Place& place) {
  const auto text = sys::read_file_if_present(record_path(place));
  const Json json = text ? Json::parse(*text, nullptr, false) : Json();
  if (!json.is_object()) return std::nullopt;
  return Bridge{.name = place.link,
                .range = {parse_subnet(json.at("subnet")), parse_address(json.at("gateway"))},
                .mtu = json.at("mtu"),
                .internal = json.at("internal"),
                .subnet6 = json.at("subnet6"),
                .gateway6 = json.value("gateway6", "")};
}

void write_record(const Place& place, const Bridge& bridge) {
  const Json json = {{"link", bridge.name},
                     {"table", place.table},
                     {"subnet", to_string(bridge.range.subnet)},
                     {"gateway", address_text(bridge.range.gateway)},
                     {"mtu", bridge.mtu},
                     {"internal", bridge.internal},
                     {"subnet6", bridge.subnet6},
                     {"gateway6", bridge.gateway6}};
  sys::write_file_atomically(record_path(place), json.dump(2) + "\n", 0600);
}

// A switch of the kernel that all networks of a root need on. The mark says that it was off before us; it is made first,
// so that a kill in between cannot lose it.
struct Switch {
  const char* path;
  const char* mark;
};
constexpr Switch kForward = {"/proc/sys/net/ipv4/ip_forward", "/ip_forward"};
constexpr Switch kForward6 = {"/proc/sys/net/ipv6/conf/all/forwarding", "/ip6_forward"};

void switch_on(const std::string& root, const Switch& one) {
  if (sys::read_file(one.path).starts_with("1")) return;
  sys::create_exclusive(root + one.mark, 0600);
  sys::write_existing_file(one.path, "1");
}

void give_back(const std::string& root, const Switch& one) {
  if (sys::exists(root + one.mark)) sys::write_existing_file(one.path, "0");
  sys::unlink_if_present(root + one.mark);
}

// Everything but the record, which comes last and so says that the rest is whole.
void build(const Place& place, Netlink& netlink, Bridge& bridge) {
  netlink.add_bridge(bridge.name, mac_of(bridge.range.gateway), bridge.mtu);
  const Link link = netlink.get_link(bridge.name);
  bridge.index = link.index;
  netlink.connect_link(link, place.directory, 0);
  netlink.add_address(link, bridge.range.gateway, bridge.range.subnet.prefix);
  // WHY: without it the kernel drops what carries 127.0.0.1 beyond lo, and -p would not answer on loopback; the
  // table's "guard" chain keeps the host's own loopback closed to containers.
  sys::write_existing_file(fmt::format("/proc/sys/net/ipv4/conf/{}/route_localnet", bridge.name), "1");
  add_network(place.table, {bridge.name, bridge.range.subnet, bridge.internal});
  if (!bridge.subnet6.empty()) {
    build_ipv6(place, bridge, netlink);
    switch_on(place.root, kForward6);
  }
  open_foreign_forward(bridge.name);
  switch_on(place.root, kForward);
}

// What is asked for, and what fills the gaps.
Bridge plan(const Place& place, const Definition& definition, const std::string& catalogue,
            const Netlink& netlink) {
  Bridge bridge{.name = place.link,
                .range = {},
                .mtu = netlink.outward_mtu(),
                .internal = definition.internal,
                .subnet6 = definition.subnet6,
                .gateway6 = gateway6_of(definition)};
  bridge.range.subnet = definition.subnet.empty()
                            ? choose_subnet("", Catalogue(catalogue).list(), netlink.routed_subnets())
                            : parse_subnet(definition.subnet);
  bridge.range.gateway =
      definition.gateway.empty() ? gateway_of(bridge.range.subnet) : parse_address(definition.gateway);
  const auto mtu = definition.options.find("com.docker.network.driver.mtu");
  if (mtu != definition.options.end()) bridge.mtu = text::number<unsigned>(mtu->second).value_or(bridge.mtu);
  return bridge;
}

}  // namespace

std::string host_link_name(const std::string& container_id, const std::string& network_id) {
  const std::string head = container_id.substr(0, kShort);
  const bool hexadecimal = network_id.empty() && head.size() == kShort &&
                           head.find_first_not_of("0123456789abcdef") == std::string::npos;
  return "mc" + (hexadecimal ? head : digits_of(container_id + network_id).substr(0, kShort));
}

std::optional<Bridge> find_bridge(const Place& place, const Netlink& netlink) {
  auto bridge = read_record(place);
  if (!bridge) return std::nullopt;
  const auto link = netlink.find_link(bridge->name);
  if (!link) return std::nullopt;
  bridge->index = link->index;
  return bridge;
}

Bridge ensure_bridge(const Place& place, const Definition& definition, const std::string& catalogue,
                     Netlink& netlink) {
  if (auto bridge = find_bridge(place, netlink)) return *bridge;
  const trace::Phase phase("make the bridge",
                           "one switch for the network's containers, and the rules around it");
  sys::mkdir_parents(place.directory, 0700);
  const sys::UniqueFd lock = sys::lock_file(place.root + "/lock");
  if (auto bridge = find_bridge(place, netlink)) return *bridge;

  remove_bridge(place, netlink);  // what an interrupted attempt left
  Bridge bridge = plan(place, definition, catalogue, netlink);
  try {
    build(place, netlink, bridge);
    write_record(place, bridge);
  } catch (...) {
    remove_bridge(place, netlink);
    throw;
  }
  return bridge;
}

void remove_bridge(const Place& place, Netlink& netlink) {
  netlink.delete_link(place.link);
  if (table_exists(place.table)) remove_network(place.table, place.link);
  remove_ipv6(place);
  close_foreign_forward(place.link);
  sys::unlink_if_present(record_path(place));
  const auto places = all_places(place.root);
  const bool last = std::none_of(places.begin(), places.end(),
                                 [](const Place& other) { return sys::exists(record_path(other)); });
  if (!last) return;
  delete_table(place.table);
  give_back(place.root, kForward);
  give_back(place.root, kForward6);
}

}  // namespace network
