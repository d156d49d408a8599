// See bridge.h.
#include "mini-container/network/bridge.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/file.h"
#include "mini-container/network/neighbours.h"

namespace network {

namespace {

using Json = nlohmann::json;

constexpr const char* kDefaultState = "/run/mini-container/network";
constexpr const char* kForward = "/proc/sys/net/ipv4/ip_forward";

// FNV-1a: short, stable, and no secret is at stake.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char character : text)
    hash = (hash ^ static_cast<unsigned char>(character)) * 16777619U;
  return hash;
}

std::string record_path(const std::string& state_directory) {
  return state_directory + "/bridge.json";
}

std::optional<Bridge> read_record(const std::string& state_directory) {
  const auto text = sys::read_file_if_present(record_path(state_directory));
  if (!text) return std::nullopt;
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const BridgeNames names = bridge_names(state_directory);
  return Bridge{.name = names.link,
                .table = names.table,
                .subnet = parse_subnet(json.at("subnet")),
                .mtu = json.at("mtu"),
                .forwarding_was_off = json.at("forwarding_was_off")};
}

void write_record(const std::string& state_directory, const Bridge& bridge) {
  const Json json = {{"link", bridge.name},
                     {"table", bridge.table},
                     {"subnet", to_string(bridge.subnet)},
                     {"mtu", bridge.mtu},
                     {"forwarding_was_off", bridge.forwarding_was_off}};
  sys::write_file_atomically(record_path(state_directory), json.dump(2) + "\n", 0600);
}

void set_forwarding(bool on) {
  sys::write_existing_file(kForward, on ? "1" : "0");
}

bool forwarding() {
  return sys::read_file(kForward).starts_with("1");
}

// Everything but the record, which comes last and so says that the rest is whole.
void build(const std::string& state_directory, Netlink& netlink, Bridge& bridge) {
  netlink.add_bridge(bridge.name, mac_of(gateway_of(bridge.subnet)), bridge.mtu);
  const Link link = netlink.get_link(bridge.name);
  bridge.index = link.index;
  netlink.connect_link(link, state_directory, 0);
  netlink.add_address(link, gateway_of(bridge.subnet), bridge.subnet.prefix);
  // WHY: without it the kernel drops what carries 127.0.0.1 beyond lo, and -p would not answer on loopback; the
  // table's "guard" chain keeps the host's own loopback closed to containers.
  sys::write_existing_file(fmt::format("/proc/sys/net/ipv4/conf/{}/route_localnet", bridge.name), "1");
  create_table({.table = bridge.table, .bridge = bridge.name, .subnet = bridge.subnet});
  open_foreign_forward(bridge.name);
  bridge.forwarding_was_off = !forwarding();
  if (bridge.forwarding_was_off) set_forwarding(true);
}

}  // namespace

BridgeNames bridge_names(const std::string& state_directory) {
  if (state_directory == kDefaultState) return {"mini0", "isolab"};
  const std::string mark = fmt::format("{:08x}", hash_of(state_directory));
  return {"mini" + mark, "isolab_" + mark};
}

std::string host_link_name(const std::string& container_id) {
  const std::string head = container_id.substr(0, 8);
  const bool hexadecimal =
      head.size() == 8 && head.find_first_not_of("0123456789abcdef") == std::string::npos;
  return "mc" + (hexadecimal ? head : fmt::format("{:08x}", hash_of(container_id)));
}

std::optional<Bridge> find_bridge(const std::string& state_directory, const Netlink& netlink) {
  auto bridge = read_record(state_directory);
  if (!bridge) return std::nullopt;
  const auto link = netlink.find_link(bridge->name);
  if (!link) return std::nullopt;
  bridge->index = link->index;
  return bridge;
}

Bridge ensure_bridge(const std::string& state_directory, Netlink& netlink) {
  if (auto bridge = find_bridge(state_directory, netlink)) return *bridge;
  const trace::Phase phase("make the bridge",
                           "first use: one switch for all containers, and the rules around it");
  const sys::UniqueFd lock = sys::lock_file(state_directory + "/lock");
  if (auto bridge = find_bridge(state_directory, netlink)) return *bridge;

  remove_bridge(state_directory, netlink);  // what an interrupted attempt left
  const BridgeNames names = bridge_names(state_directory);
  const auto subnet = first_free(netlink.routed_subnets());
  if (!subnet)
    throw std::runtime_error("bridge network: every private /16 subnet is routed somewhere on this host");
  Bridge bridge{.name = names.link, .table = names.table, .subnet = *subnet, .mtu = netlink.outward_mtu()};
  try {
    build(state_directory, netlink, bridge);
    write_record(state_directory, bridge);
  } catch (...) {
    if (bridge.forwarding_was_off) set_forwarding(false);
    remove_bridge(state_directory, netlink);
    throw;
  }
  return bridge;
}

void remove_bridge(const std::string& state_directory, Netlink& netlink) {
  const BridgeNames names = bridge_names(state_directory);
  const auto record = read_record(state_directory);
  netlink.delete_link(names.link);
  delete_table(names.table);
  close_foreign_forward(names.link);
  if (record && record->forwarding_was_off) set_forwarding(false);
  sys::unlink_if_present(record_path(state_directory));
}

}  // namespace network
