// See definition.h.
#include "mini-container/network/definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "mini-container/network/subnet6.h"

namespace network {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Definition, id, name, driver, subnet, gateway, subnet6,
                                                gateway6, ip_range, reserved, internal, ipv6, labels, options,
                                                created)

std::string to_json(const Definition& definition) {
  return nlohmann::json(definition).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Definition definition_from_json(const std::string& text, const std::string& where) {
  try {
    return nlohmann::json::parse(text).get<Definition>();
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(fmt::format("{}: not a network's record: {}", where, error.what()));
  }
}

namespace {

void check_name(const std::string& name) {
  const bool fine = !name.empty() && std::isalnum(static_cast<unsigned char>(name.front())) != 0 &&
                    std::all_of(name.begin(), name.end(), [](char letter) {
                      return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
                             std::string_view("_.-").find(letter) != std::string_view::npos;
                    });
  if (!fine) {
    throw std::invalid_argument(
        fmt::format("invalid network name \"{}\": a letter or digit, then letters, digits, \"_\", \".\" or "
                    "\"-\"",
                    name));
  }
}

void check_option(const Definition& definition, const char* option, const char* example) {
  if (definition.options.contains(option)) return;
  throw std::invalid_argument(
      fmt::format("driver {0} needs --opt {1}=...: network create -d {0} --opt {1}={2}", definition.driver,
                  option, example));
}

void check_driver(const Definition& definition) {
  static constexpr std::array kMade = {"bridge", "macvlan", "cni"};
  // As Docker: there is one of each already.
  if (definition.driver == "host" || definition.driver == "null" || definition.driver == "none") {
    throw std::invalid_argument(
        fmt::format("only one instance of \"{0}\" network is allowed. Next: run --network {0}",
                    definition.driver == "host" ? "host" : "none"));
  }
  if (std::find(kMade.begin(), kMade.end(), definition.driver) == kMade.end()) {
    throw std::invalid_argument(
        fmt::format("plugin \"{}\" not found. Next: one of bridge, macvlan, cni", definition.driver));
  }
  if (definition.driver == "macvlan") check_option(definition, "parent", "eth0");
  if (definition.driver == "cni") check_option(definition, "config", "/etc/cni/net.d/my.conflist");
}

void check_subnet(const Definition& definition) {
  const Subnet subnet = parse_subnet(definition.subnet);
  if (subnet.prefix > 30 || subnet.prefix < 8) {
    throw std::invalid_argument(
        fmt::format("subnet {}: from /8 to /30; a network, a gateway and a broadcast address are taken",
                    definition.subnet));
  }
  if (!definition.gateway.empty() && !contains(subnet, parse_address(definition.gateway)))
    throw std::invalid_argument(fmt::format("no matching subnet for gateway {}", definition.gateway));
  if (definition.ip_range.empty()) return;
  const Subnet range = parse_subnet(definition.ip_range);
  if (range.prefix < subnet.prefix || !contains(subnet, range.base))
    throw std::invalid_argument(fmt::format("no matching subnet for range {}", definition.ip_range));
}

void check_ipv6(const Definition& definition) {
  if (definition.ipv6 == definition.subnet6.empty()) {
    throw std::invalid_argument(
        "--ipv6 and a subnet of IPv6 belong together: network create --ipv6 --subnet fd00:1::/64 NAME");
  }
  if (!definition.ipv6 && !definition.gateway6.empty()) {
    throw std::invalid_argument(
        "every ip-range or gateway must have a corresponding subnet. Next: --ipv6 and a --subnet for it");
  }
  if (!definition.ipv6) return;
  const Subnet6 subnet = parse_subnet6(definition.subnet6);
  if (!definition.gateway6.empty() && !contains(subnet, parse_address6(definition.gateway6)))
    throw std::invalid_argument(fmt::format("no matching subnet for gateway {}", definition.gateway6));
}

void check_reserved(const Definition& definition) {
  const std::string gateway = definition.gateway.empty() && !definition.subnet.empty()
                                  ? address_text(gateway_of(parse_subnet(definition.subnet)))
                                  : definition.gateway;
  for (const auto& [name, address] : definition.reserved) {
    const bool fits =
        address.find(':') == std::string::npos
            ? !definition.subnet.empty() && contains(parse_subnet(definition.subnet), parse_address(address))
            : definition.ipv6 && contains(parse_subnet6(definition.subnet6), parse_address6(address));
    if (!fits) throw std::invalid_argument(fmt::format("no matching subnet for aux-address {}", address));
    if (address == gateway || address == gateway6_of(definition)) {
      throw std::invalid_argument(fmt::format(
          "failed to allocate secondary ip address ({}:{}): Address already in use", name, address));
    }
  }
}

}  // namespace

void check(const Definition& definition) {
  check_name(definition.name);
  check_driver(definition);
  const bool addresses = !definition.subnet.empty() || !definition.gateway.empty() ||
                         !definition.ip_range.empty() || !definition.reserved.empty() || definition.ipv6;
  if (definition.driver == "cni" && addresses) {
    throw std::invalid_argument(
        "driver cni: --subnet, --gateway and --ipv6 are the business of the plug-in; they stand in its "
        "configuration, under \"ipam\"");
  }
  const bool homeless = !definition.gateway.empty() || !definition.ip_range.empty();
  if (homeless && definition.subnet.empty()) {
    throw std::invalid_argument(
        "every ip-range or gateway must have a corresponding subnet. Next: --gateway needs --subnet");
  }
  if (!definition.subnet.empty()) check_subnet(definition);
  check_ipv6(definition);
  check_reserved(definition);
}

std::string gateway6_of(const Definition& definition) {
  if (!definition.ipv6) return {};
  if (!definition.gateway6.empty()) return address_text(parse_address6(definition.gateway6));
  return nth_address(parse_subnet6(definition.subnet6), 1);
}

std::string digits_of(const std::string& text) {
  std::string digits;
  for (char part = 'a'; part < 'i'; ++part) {
    // FNV-1a: short, stable, and no secret is at stake.
    std::uint32_t hash = 2166136261U;
    for (const char letter : (part == 'a' ? text : part + text))
      hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619U;
    digits += fmt::format("{:08x}", hash);
  }
  return digits;
}

std::vector<Definition> predefined_networks(const std::string& place) {
  std::vector<Definition> networks;
  for (const auto& [name, driver] :
       {std::pair{"bridge", "bridge"}, std::pair{"host", "host"}, std::pair{"none", "null"}}) {
    Definition one;
    one.id = digits_of(place + ":" + name);
    one.name = name;
    one.driver = driver;
    one.created = "0001-01-01T00:00:00Z";  // they were not made by anybody
    networks.push_back(one);
  }
  return networks;
}

Subnet choose_subnet(const std::string& asked, const std::vector<Definition>& others,
                     const std::vector<Subnet>& routes) {
  std::vector<Subnet> used = routes;
  for (const Definition& other : others)
    if (!other.subnet.empty()) used.push_back(parse_subnet(other.subnet));
  if (asked.empty()) {
    if (const auto subnet = first_free(used)) return *subnet;
    throw std::runtime_error(
        "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the "
        "network. Next: --subnet");
  }
  const Subnet subnet = parse_subnet(asked);
  for (const Definition& other : others) {
    if (other.subnet.empty() || !overlap(subnet, parse_subnet(other.subnet))) continue;
    throw std::runtime_error(
        fmt::format("Pool overlaps with other one on this address space: {} with {} of network {}. Next: "
                    "another --subnet, or network rm {}",
                    asked, other.subnet, other.name, other.name));
  }
  for (const Subnet& route : routes) {
    if (!overlap(subnet, route)) continue;
    throw std::runtime_error(
        fmt::format("Pool overlaps with other one on this address space: {} with {}, which this host routes. "
                    "Next: another --subnet; ip route shows what is taken",
                    asked, to_string(route)));
  }
  return subnet;
}

std::string bridge_link_of(const Definition& definition) {
  return "br-" + definition.id.substr(0, 12);
}

}  // namespace network
