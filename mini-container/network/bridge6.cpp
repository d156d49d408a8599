// See bridge6.h.
#include "mini-container/network/bridge6.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/sys/file.h"
#include "mini-container/network/nft.h"
#include "mini-container/network/subnet6.h"

namespace network {

namespace {

std::string table_of(const Place& place) {
  return fmt::format("{}_{}", place.table, place.id.substr(0, 12));
}

}  // namespace

std::string table6_text(const std::string& table, const std::string& bridge, const std::string& subnet,
                        bool internal) {
  return fmt::format(
      R"(table ip6 {table} {{
  chain postrouting {{
    type nat hook postrouting priority 100; policy accept;
    ip6 saddr {subnet} oifname != "{bridge}" masquerade comment "out: containers share the host's address"
  }}
  chain forward {{
    type filter hook forward priority 0; policy accept;
    iifname "{bridge}" oifname "{bridge}" accept comment "neighbours on one bridge"
    {internal}oifname "{bridge}" ct state established,related accept
    oifname "{bridge}" drop comment "closed to other networks"
  }}
}}
)",
      fmt::arg("table", table), fmt::arg("bridge", bridge), fmt::arg("subnet", subnet),
      fmt::arg("internal",
               internal ? fmt::format("iifname \"{}\" drop comment \"no way out\"\n    ", bridge) : ""));
}

void build_ipv6(const Place& place, const Bridge& bridge, Netlink& netlink) {
  const std::string switch_path = fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", bridge.name);
  if (!sys::exists(switch_path)) {
    throw std::runtime_error(
        "--ipv6: this host's kernel has no IPv6 (/proc/sys/net/ipv6 is missing). Next: boot without "
        "ipv6.disable=1, or leave --ipv6 out");
  }
  sys::write_existing_file(switch_path, "0");
  netlink.add_address6(netlink.get_link(bridge.name), bridge.gateway6, parse_subnet6(bridge.subnet6).prefix);
  nft_or_throw(table6_text(table_of(place), bridge.name, bridge.subnet6, bridge.internal));
}

void remove_ipv6(const Place& place) {
  if (place.id.empty()) return;
  const std::string command = fmt::format("delete table ip6 {}", table_of(place));
  const NftResult result = nft(command);
  if (result.error != 0 && result.error != ENOENT) fail_nft(result, command);
}

}  // namespace network
