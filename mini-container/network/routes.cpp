// See netlink.h. The addresses and routes of a link, and what the host routes already.
#include <fmt/format.h>
#include <linux/if_addr.h>

#include <algorithm>

#include "mini-container/network/libnl.h"
#include "mini-container/network/netlink.h"

namespace network {

namespace {

NetAddress net_address(std::uint32_t address, unsigned prefix) {
  const std::uint32_t network_order = __builtin_bswap32(address);
  NetAddress built(nl_addr_build(AF_INET, &network_order, sizeof network_order));
  nl_addr_set_prefixlen(built.get(), static_cast<int>(prefix));
  return built;
}

NetAddress net_address(int family, const std::string& text) {
  nl_addr* parsed = nullptr;
  nl_addr_parse(text.c_str(), family, &parsed);
  return NetAddress(parsed);
}

}  // namespace

void Netlink::add_address(const Link& link, std::uint32_t address, unsigned prefix, Where where) {
  const AddressObject object(rtnl_addr_alloc());
  const NetAddress local = net_address(address, prefix);
  rtnl_addr_set_ifindex(object.get(), link.index);
  rtnl_addr_set_local(object.get(), local.get());
  const auto describe = [&] {
    return fmt::format("{}addr add {}/{} dev {}", prefix_, address_text(address), prefix, link.name);
  };
  sys::call("RTM_NEWADDR", describe,
            as_kernel_call([&] { return rtnl_addr_add(socket_.get(), object.get(), 0); }), where);
}

void Netlink::add_address6(const Link& link, const std::string& address, unsigned prefix, Where where) {
  const AddressObject object(rtnl_addr_alloc());
  const NetAddress local = net_address(AF_INET6, fmt::format("{}/{}", address, prefix));
  rtnl_addr_set_ifindex(object.get(), link.index);
  rtnl_addr_set_local(object.get(), local.get());
  rtnl_addr_set_flags(object.get(), IFA_F_NODAD);
  const auto describe = [&] {
    return fmt::format("{}-6 addr add {}/{} dev {} nodad", prefix_, address, prefix, link.name);
  };
  sys::call("RTM_NEWADDR", describe,
            as_kernel_call([&] { return rtnl_addr_add(socket_.get(), object.get(), 0); }), where);
}

namespace {

RouteObject default_route(const Link& link, int family, const NetAddress& everywhere, const NetAddress& via) {
  RouteObject route(rtnl_route_alloc());
  rtnl_route_set_family(route.get(), static_cast<std::uint8_t>(family));
  rtnl_route_set_dst(route.get(), everywhere.get());
  rtnl_nexthop* hop = rtnl_route_nh_alloc();
  rtnl_route_nh_set_ifindex(hop, link.index);
  rtnl_route_nh_set_gateway(hop, via.get());
  rtnl_route_add_nexthop(route.get(), hop);  // takes the hop over
  return route;
}

}  // namespace

void Netlink::add_default_route(const Link& link, std::uint32_t gateway, Where where) {
  const RouteObject route =
      default_route(link, AF_INET, net_address(std::uint32_t{0}, 0), net_address(gateway, 32));
  const auto describe = [&] {
    return fmt::format("{}route add default via {} dev {}", prefix_, address_text(gateway), link.name);
  };
  sys::call("RTM_NEWROUTE", describe, as_kernel_call([&] {
              return rtnl_route_add(socket_.get(), route.get(), NLM_F_CREATE | NLM_F_EXCL);
            }),
            where);
}

void Netlink::add_default_route6(const Link& link, const std::string& gateway, Where where) {
  const RouteObject route =
      default_route(link, AF_INET6, net_address(AF_INET6, "::/0"), net_address(AF_INET6, gateway));
  const auto describe = [&] {
    return fmt::format("{}-6 route add default via {} dev {}", prefix_, gateway, link.name);
  };
  sys::call("RTM_NEWROUTE", describe, as_kernel_call([&] {
              return rtnl_route_add(socket_.get(), route.get(), NLM_F_CREATE | NLM_F_EXCL);
            }),
            where);
}

std::vector<Subnet> Netlink::routed_subnets(Where where) const {
  const Cache cache = dump("RTM_GETROUTE", prefix_ + "route show table all", where, [&](nl_cache** result) {
    return rtnl_route_alloc_cache(socket_.get(), AF_INET, 0, result);
  });
  std::vector<Subnet> subnets;
  for (nl_object* object = nl_cache_get_first(cache.get()); object != nullptr;
       object = nl_cache_get_next(object)) {
    nl_addr* destination = rtnl_route_get_dst(reinterpret_cast<rtnl_route*>(object));
    if (destination == nullptr || nl_addr_get_len(destination) != sizeof(std::uint32_t)) continue;
    std::uint32_t base = 0;
    __builtin_memcpy(&base, nl_addr_get_binary_addr(destination), sizeof base);
    const unsigned prefix = nl_addr_get_prefixlen(destination);
    if (prefix != 0) subnets.push_back({__builtin_bswap32(base), prefix});
  }
  return subnets;
}

unsigned Netlink::outward_mtu(Where where) const {
  constexpr unsigned kEthernet = 1500;
  const Cache cache = dump("RTM_GETROUTE", prefix_ + "route show default", where, [&](nl_cache** result) {
    return rtnl_route_alloc_cache(socket_.get(), AF_INET, 0, result);
  });
  int outward = 0;
  for (nl_object* object = nl_cache_get_first(cache.get()); object != nullptr;
       object = nl_cache_get_next(object)) {
    auto* route = reinterpret_cast<rtnl_route*>(object);
    nl_addr* destination = rtnl_route_get_dst(route);
    const bool is_default = destination != nullptr && nl_addr_get_prefixlen(destination) == 0;
    rtnl_nexthop* hop = rtnl_route_nexthop_n(route, 0);
    if (is_default && hop != nullptr) outward = rtnl_route_nh_get_ifindex(hop);
  }
  for (const Link& link : links(where)) {
    if (link.index == outward && link.mtu != 0) return std::min(link.mtu, kEthernet);
  }
  return kEthernet;
}

}  // namespace network
