// Links, addresses and routes through rtnetlink: what the `ip` command does, which each call names in the trace.
//
// A netlink socket belongs for life to the network namespace in which it was opened; so this process enters
// the container's namespace only to open one, and configures it from outside.
// Reads: netlink(7), rtnetlink(7), network_namespaces(7), setns(2).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/sys/call.h"
#include "mini-container/network/subnet.h"

struct nl_sock;

namespace network {

using sys::Where;

struct Link {
  int index = 0;
  std::string name;
  std::string alias;  // free text; ours says whom the link belongs to
  unsigned mtu = 0;
  bool running = false;
  int master = 0;  // index of the bridge it is a port of, or 0
};

struct VethPair {
  std::string host;   // name of the host's end
  std::string inner;  // name of the container's end
  int netns = -1;     // where the container's end is born
  std::string mac;    // of the container's end
  unsigned mtu = 1500;
};

struct Macvlan {
  std::string parent;  // "eth0"
  std::string name;
  std::string mode;  // "bridge"
  int netns = -1;
  std::string mac;
};

class Netlink {
 public:
  // In the namespace of the caller.
  explicit Netlink(Where where = Where::current());
  // In the namespace behind `netns`. The caller must be single-threaded or not mind the detour of this thread.
  static Netlink in_namespace(int netns, Where where = Where::current());
  ~Netlink();
  Netlink(Netlink&&) noexcept;

  std::optional<Link> find_link(const std::string& name, Where where = Where::current()) const;
  Link get_link(const std::string& name, Where where = Where::current()) const;
  std::vector<Link> links(Where where = Where::current()) const;

  // WHY a fixed `mac`: else the bridge takes the lowest of its ports, and changes it as containers come and go.
  void add_bridge(const std::string& name, const std::string& mac, unsigned mtu,
                  Where where = Where::current());
  void add_veth(const VethPair& pair, Where where = Where::current());
  // A tap, which stays until it is deleted: netlink can do all with it but make it.
  void add_tap(const std::string& name, unsigned mtu, Where where = Where::current());
  // A link of its own address on `parent`'s wire, born in `netns`.
  void add_macvlan(const Macvlan& link, Where where = Where::current());
  // Sets the alias, makes it a port of `master` (0: of none) and brings it up, in one message.
  void connect_link(const Link& link, const std::string& alias, int master, Where where = Where::current());
  // Lets a bridge send a frame back out of the port it came in by.
  void set_hairpin(const Link& port, Where where = Where::current());
  void set_up(const Link& link, Where where = Where::current());
  // Waits until packets flow. WHY: when both ends of a pair are up, a kernel thread still has to start their queues
  // and the bridge's port; what is sent before that is lost, and TCP tries again only a second later.
  void wait_until_running(const std::string& name, Where where = Where::current()) const;
  // False if there is no such link. Its peer, if it is one of a pair, goes with it.
  bool delete_link(const std::string& name, Where where = Where::current());

  void add_address(const Link& link, std::uint32_t address, unsigned prefix, Where where = Where::current());
  void add_default_route(const Link& link, std::uint32_t gateway, Where where = Where::current());
  // The same for IPv6, in text. WHY without duplicate address detection: it takes a second, and the address is ours.
  void add_address6(const Link& link, const std::string& address, unsigned prefix,
                    Where where = Where::current());
  void add_default_route6(const Link& link, const std::string& gateway, Where where = Where::current());

  // Destinations of all IPv4 routes but the default one.
  std::vector<Subnet> routed_subnets(Where where = Where::current()) const;
  // MTU of the link that the default route leaves by; 1500 without one.
  unsigned outward_mtu(Where where = Where::current()) const;

 private:
  explicit Netlink(int netns, Where where);
  struct Closer {
    void operator()(nl_sock* socket) const;
  };
  std::unique_ptr<nl_sock, Closer> socket_;
  std::string prefix_;  // "ip " or, for a foreign namespace, "ip -n NETNS "
};

}  // namespace network
