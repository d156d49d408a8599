// See netlink.h. libnl builds the messages and waits for the kernel's answer; each request is one sys::call under
// the kernel's name for the message, with the equal `ip` command as its text.
#include "mini-container/network/netlink.h"

#include <fmt/format.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/veth.h>

#include <optional>

#include "base/sys/fd.h"
#include "base/sys/namespace.h"
#include "base/sys/tap.h"
#include "mini-container/network/libnl.h"

namespace network {

namespace {

NetAddress link_address(const std::string& mac) {
  nl_addr* parsed = nullptr;
  nl_addr_parse(mac.c_str(), AF_LLC, &parsed);
  return NetAddress(parsed);
}

Link to_link(rtnl_link* object) {
  const auto text = [](const char* value) { return std::string(value != nullptr ? value : ""); };
  return {.index = rtnl_link_get_ifindex(object),
          .name = text(rtnl_link_get_name(object)),
          .alias = text(rtnl_link_get_ifalias(object)),
          .mtu = rtnl_link_get_mtu(object),
          .running = rtnl_link_get_operstate(object) == IF_OPER_UP,
          .master = rtnl_link_get_master(object)};
}

LinkObject by_index(const Link& link) {
  LinkObject object(rtnl_link_alloc());
  rtnl_link_set_ifindex(object.get(), link.index);
  return object;
}

// The thread is in another network namespace while this lives.
class Visit {
 public:
  explicit Visit(int netns, Where where)
      : home_(sys::open("/proc/thread-self/ns/net", O_RDONLY, 0, where)), where_(where) {
    sys::setns(netns, CLONE_NEWNET, where);
  }
  // A process that cannot come home must not go on in the wrong namespace: a second failure ends it.
  ~Visit() {
    try {
      sys::setns(home_.get(), CLONE_NEWNET, where_);
    } catch (const sys::Error&) {
      sys::setns(home_.get(), CLONE_NEWNET, where_);
    }
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  sys::UniqueFd home_;
  Where where_;
};

}  // namespace

// libnl folds errno into numbers of its own; this is its table backwards.
int errno_of(int code) {
  static constexpr struct {
    int libnl;
    int error;
  } kTable[] = {
      {NLE_EXIST, EEXIST},
      {NLE_NOADDR, EADDRNOTAVAIL},
      {NLE_OBJ_NOTFOUND, ENOENT},
      {NLE_NODEV, ENODEV},
      {NLE_PERM, EPERM},
      {NLE_NOACCESS, EACCES},
      {NLE_BUSY, EBUSY},
      {NLE_NOMEM, ENOMEM},
      {NLE_RANGE, ERANGE},
      {NLE_INTR, EINTR},
      {NLE_AGAIN, EAGAIN},
      {NLE_OPNOTSUPP, EOPNOTSUPP},
      {NLE_AF_NOSUPPORT, EAFNOSUPPORT},
  };
  for (const auto& entry : kTable) {
    if (entry.libnl == (code < 0 ? -code : code)) return entry.error;
  }
  return EINVAL;
}

Cache dump(const char* name, const std::string& command, Where where,
           const std::function<int(nl_cache**)>& request) {
  nl_cache* cache = nullptr;
  sys::call(
      name, [&] { return command; }, as_kernel_call([&] { return request(&cache); }), where);
  return Cache(cache);
}

void Netlink::Closer::operator()(nl_sock* socket) const {
  nl_socket_free(socket);
}

Netlink::Netlink(Where where) : Netlink(-1, where) {}
Netlink::~Netlink() = default;
Netlink::Netlink(Netlink&&) noexcept = default;

Netlink Netlink::in_namespace(int netns, Where where) {
  return Netlink(netns, where);
}

Netlink::Netlink(int netns, Where where) : socket_(nl_socket_alloc()) {
  prefix_ = netns < 0 ? "ip " : "ip -n CONTAINER ";
  std::optional<Visit> visit;
  if (netns >= 0) visit.emplace(netns, where);
  sys::call(
      "socket", [] { return std::string("AF_NETLINK, NETLINK_ROUTE"); },
      as_kernel_call([&] { return nl_connect(socket_.get(), NETLINK_ROUTE); }), where);
}

std::optional<Link> Netlink::find_link(const std::string& name, Where where) const {
  rtnl_link* found = nullptr;
  const auto describe = [&] { return fmt::format("{}link show {}", prefix_, name); };
  const auto outcome = sys::attempt(
      "RTM_GETLINK", describe,
      as_kernel_call([&] { return rtnl_link_get_kernel(socket_.get(), 0, name.c_str(), &found); }), where);
  const LinkObject object(found);
  if (outcome.ok()) return to_link(found);
  if (outcome.error == ENODEV || outcome.error == ENOENT) return std::nullopt;
  throw sys::Error(outcome.error, "RTM_GETLINK", describe(), std::string(trace::Phase::current()));
}

Link Netlink::get_link(const std::string& name, Where where) const {
  auto link = find_link(name, where);
  if (!link)
    throw sys::Error(ENODEV, "RTM_GETLINK", prefix_ + "link show " + name,
                     std::string(trace::Phase::current()));
  return *std::move(link);
}

std::vector<Link> Netlink::links(Where where) const {
  const Cache cache = dump("RTM_GETLINK", prefix_ + "link show", where, [&](nl_cache** result) {
    return rtnl_link_alloc_cache(socket_.get(), AF_UNSPEC, result);
  });
  std::vector<Link> links;
  for (nl_object* object = nl_cache_get_first(cache.get()); object != nullptr;
       object = nl_cache_get_next(object))
    links.push_back(to_link(reinterpret_cast<rtnl_link*>(object)));
  return links;
}

void Netlink::add_bridge(const std::string& name, const std::string& mac, unsigned mtu, Where where) {
  const LinkObject bridge(rtnl_link_alloc());
  rtnl_link_set_type(bridge.get(), "bridge");
  rtnl_link_set_name(bridge.get(), name.c_str());
  rtnl_link_set_mtu(bridge.get(), mtu);
  const NetAddress address = link_address(mac);
  rtnl_link_set_addr(bridge.get(), address.get());
  sys::call(
      "RTM_NEWLINK",
      [&] { return fmt::format("{}link add {} address {} mtu {} type bridge", prefix_, name, mac, mtu); },
      as_kernel_call([&] { return rtnl_link_add(socket_.get(), bridge.get(), NLM_F_CREATE | NLM_F_EXCL); }),
      where);
}

void Netlink::add_veth(const VethPair& pair, Where where) {
  // The peer belongs to the pair's object and is not freed on its own.
  const LinkObject host(rtnl_link_veth_alloc());
  rtnl_link* inner = rtnl_link_veth_get_peer(host.get());
  rtnl_link_set_name(host.get(), pair.host.c_str());
  rtnl_link_set_mtu(host.get(), pair.mtu);
  rtnl_link_set_name(inner, pair.inner.c_str());
  rtnl_link_set_mtu(inner, pair.mtu);
  const NetAddress mac = link_address(pair.mac);
  rtnl_link_set_addr(inner, mac.get());
  rtnl_link_set_ns_fd(inner, pair.netns);
  const auto describe = [&] {
    return fmt::format("{}link add {} mtu {} type veth peer name {} address {} netns CONTAINER", prefix_,
                       pair.host, pair.mtu, pair.inner, pair.mac);
  };
  sys::call("RTM_NEWLINK", describe, as_kernel_call([&] {
              return rtnl_link_add(socket_.get(), host.get(), NLM_F_CREATE | NLM_F_EXCL);
            }),
            where);
}

void Netlink::add_tap(const std::string& name, unsigned mtu, Where where) {
  sys::make_tap(name, where);
  const LinkObject change(rtnl_link_alloc());
  rtnl_link_set_mtu(change.get(), mtu);
  const Link link = get_link(name, where);
  sys::call(
      "RTM_SETLINK", [&] { return fmt::format("{}link set {} mtu {}", prefix_, name, mtu); },
      as_kernel_call([&] { return rtnl_link_change(socket_.get(), by_index(link).get(), change.get(), 0); }),
      where);
}

void Netlink::connect_link(const Link& link, const std::string& alias, int master, Where where) {
  const LinkObject change(rtnl_link_alloc());
  rtnl_link_set_ifalias(change.get(), alias.c_str());
  rtnl_link_set_flags(change.get(), IFF_UP);
  if (master != 0) rtnl_link_set_master(change.get(), master);
  const auto describe = [&] {
    return fmt::format("{}link set {}{} alias {} up", prefix_, link.name, master != 0 ? " master BRIDGE" : "",
                       alias);
  };
  sys::call("RTM_SETLINK", describe, as_kernel_call([&] {
              return rtnl_link_change(socket_.get(), by_index(link).get(), change.get(), 0);
            }),
            where);
}

void Netlink::set_hairpin(const Link& port, Where where) {
  const LinkObject origin = by_index(port);
  const LinkObject change(rtnl_link_alloc());
  rtnl_link_set_family(origin.get(), AF_BRIDGE);
  rtnl_link_set_family(change.get(), AF_BRIDGE);
  rtnl_link_bridge_set_flags(change.get(), RTNL_BRIDGE_HAIRPIN_MODE);
  const auto send = [&] {
    nl_msg* message = nullptr;
    const int built = rtnl_link_build_change_request(origin.get(), change.get(), 0, &message);
    if (built < 0) return built;
    // WHY: a bridge's ports listen to RTM_SETLINK only, and libnl would send RTM_NEWLINK.
    nlmsg_hdr(message)->nlmsg_type = RTM_SETLINK;
    return nl_send_sync(socket_.get(), message);  // frees the message
  };
  sys::call(
      "RTM_SETLINK", [&] { return fmt::format("bridge link set dev {} hairpin on", port.name); },
      as_kernel_call(send), where);
}

void Netlink::set_up(const Link& link, Where where) {
  const LinkObject change(rtnl_link_alloc());
  rtnl_link_set_flags(change.get(), IFF_UP);
  sys::call(
      "RTM_SETLINK", [&] { return fmt::format("{}link set {} up", prefix_, link.name); },
      as_kernel_call([&] { return rtnl_link_change(socket_.get(), by_index(link).get(), change.get(), 0); }),
      where);
}

void Netlink::wait_until_running(const std::string& name, Where where) const {
  constexpr int kPatience = 2000;  // milliseconds
  for (int waited = 0; !get_link(name, where).running; ++waited) {
    if (waited == kPatience) {
      throw sys::Error(ETIMEDOUT, "RTM_GETLINK", prefix_ + "link show " + name,
                       std::string(trace::Phase::current()));
    }
    sys::poll({}, 1, where);
  }
}

bool Netlink::delete_link(const std::string& name, Where where) {
  const LinkObject link(rtnl_link_alloc());
  rtnl_link_set_name(link.get(), name.c_str());
  const auto describe = [&] { return fmt::format("{}link delete {}", prefix_, name); };
  const auto outcome =
      sys::attempt("RTM_DELLINK", describe,
                   as_kernel_call([&] { return rtnl_link_delete(socket_.get(), link.get()); }), where);
  if (outcome.ok()) return true;
  if (outcome.error == ENODEV || outcome.error == ENOENT) return false;
  throw sys::Error(outcome.error, "RTM_DELLINK", describe(), std::string(trace::Phase::current()));
}

}  // namespace network
