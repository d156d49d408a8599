// `network inspect`, as Docker's API has it. Declared in networks.h.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "mini-container/engine/guests.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/networks.h"
#include "mini-container/network/bridge.h"

namespace engine {

using network::Definition;
using nlohmann::ordered_json;

namespace {

// The default network gets its subnet when its bridge is made.
std::optional<network::Bridge> bridge_of(const Paths& paths, const Definition& definition) {
  if (definition.driver != "bridge" || !sys::exists(paths.network)) return std::nullopt;
  return network::find_bridge(network::place_of(paths.network, definition), network::Netlink());
}

// One subnet of it, with the part that containers are given addresses of, and what none of them gets.
ordered_json pool(const Definition& definition, const std::string& subnet, const std::string& gateway,
                  bool ipv6) {
  ordered_json json = {{"Subnet", subnet}};
  if (!ipv6 && !definition.ip_range.empty()) json["IPRange"] = definition.ip_range;
  json["Gateway"] = gateway;
  for (const auto& [name, address] : definition.reserved)
    if ((address.find(':') != std::string::npos) == ipv6) json["AuxiliaryAddresses"][name] = address;
  return json;
}

ordered_json addresses(const Paths& paths, const Definition& definition) {
  std::string subnet = definition.subnet, gateway = definition.gateway;
  if (const auto bridge = subnet.empty() ? bridge_of(paths, definition) : std::nullopt) {
    subnet = to_string(bridge->range.subnet);
    gateway = network::address_text(bridge->range.gateway);
  }
  ordered_json config = ordered_json::array();
  if (!subnet.empty()) config.push_back(pool(definition, subnet, gateway, false));
  if (definition.ipv6) config.push_back(pool(definition, definition.subnet6, gateway6_of(definition), true));
  return {{"Driver", definition.driver == "cni" ? "cni" : "default"},
          {"Options", ordered_json::object()},
          {"Config", config}};
}

std::string with_prefix(const std::string& address, unsigned prefix) {
  return address.empty() ? "" : fmt::format("{}/{}", address, prefix);
}

// `own` is its endpoint, or attachment.
template <class Own>
ordered_json member(const std::string& name, const std::string& id, const Definition& definition,
                    const Own& own) {
  return {{"Name", name},
          {"EndpointID", network::digits_of(id + definition.id)},
          {"MacAddress", own.mac},
          {"IPv4Address", with_prefix(own.address, own.prefix)},
          {"IPv6Address", with_prefix(own.address6, own.prefix6)}};
}

ordered_json members(const Registry& registry, const Definition& definition) {
  ordered_json list = ordered_json::object();
  for (const Container& container : containers_with(registry.list(), definition)) {
    if (!container.running()) continue;
    Endpoint own;
    for (const Endpoint& endpoint : container.endpoints)
      if (endpoint.network == definition.name) own = endpoint;
    list[container.id] = member(container.name, container.id, definition, own);
  }
  for (const std::string& name : Guests(registry).in(definition)) {
    const std::string id = Guests::id_of(name);
    const auto own = network::read_attachment(network::place_of(registry.paths().network, definition), id);
    if (own) list[id] = member(name, id, definition, *own);
  }
  return list;
}

}  // namespace

std::string network_json(const Registry& registry, const Definition& definition) {
  const Paths& paths = registry.paths();
  ordered_json options = definition.options;
  if (definition.driver == "bridge")
    options["com.docker.network.bridge.name"] = network::place_of(paths.network, definition).link;
  const ordered_json json = {{"Name", definition.name},
                             {"Id", definition.id},
                             {"Created", definition.created},
                             {"Scope", "local"},
                             {"Driver", definition.driver},
                             {"EnableIPv6", definition.ipv6},
                             {"IPAM", addresses(paths, definition)},
                             {"Internal", definition.internal},
                             {"Attachable", false},
                             {"Ingress", false},
                             {"Containers", members(registry, definition)},
                             {"Options", options},
                             {"Labels", definition.labels}};
  return json.dump();
}

}  // namespace engine
