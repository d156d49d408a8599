// See netlink.h. A macvlan is a second network card on the same wire: the parent takes frames for its address too, and
// no bridge or address translation lies between. Reads: ip-link(8) ("MACVLAN and MACVTAP Type Support").
#include <fmt/format.h>
#include <netlink/route/link/macvlan.h>

#include <stdexcept>

#include "mini-container/network/libnl.h"
#include "mini-container/network/netlink.h"

namespace network {

void Netlink::add_macvlan(const Macvlan& link, Where where) {
  const int mode = rtnl_link_macvlan_str2mode(link.mode.c_str());
  if (mode < 0) {
    throw std::invalid_argument(
        fmt::format("macvlan_mode {}: expected bridge, private, vepa or passthru", link.mode));
  }
  const Link parent = get_link(link.parent, where);
  const LinkObject object(rtnl_link_macvlan_alloc());
  rtnl_link_set_name(object.get(), link.name.c_str());
  rtnl_link_set_link(object.get(), parent.index);
  rtnl_link_macvlan_set_mode(object.get(), static_cast<std::uint32_t>(mode));
  nl_addr* mac = nullptr;
  nl_addr_parse(link.mac.c_str(), AF_LLC, &mac);
  const NetAddress address(mac);
  rtnl_link_set_addr(object.get(), address.get());
  rtnl_link_set_ns_fd(object.get(), link.netns);
  const auto describe = [&] {
    return fmt::format("{}link add link {} name {} address {} netns CONTAINER type macvlan mode {}", prefix_,
                       link.parent, link.name, link.mac, link.mode);
  };
  sys::call("RTM_NEWLINK", describe, as_kernel_call([&] {
              return rtnl_link_add(socket_.get(), object.get(), NLM_F_CREATE | NLM_F_EXCL);
            }),
            where);
}

}  // namespace network
