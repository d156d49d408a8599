// See network.h.
#include "mini-container/network/network.h"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>

#include "base/sys/file.h"
#include "mini-container/network/addresses.h"
#include "mini-container/network/bridge.h"
#include "mini-container/network/bridge6.h"
#include "mini-container/network/cni.h"
#include "mini-container/network/dns.h"
#include "mini-container/network/free_port.h"

namespace network {

namespace {

// "container" in the comment of a rule, the alias of a link and the name of a file: nothing that could end one.
void check_id(const std::string& id) {
  const bool fine =
      !id.empty() && id.size() <= 64 && id.front() != '.' &&
      id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
          std::string::npos;
  if (!fine)
    throw std::invalid_argument(
        fmt::format("container id \"{}\": letters, digits, _ . - only, at most 64", id));
}

void add_default_routes(Netlink& inside, const Link& link, const Attachment& attachment) {
  if (!attachment.gateway.empty()) inside.add_default_route(link, parse_address(attachment.gateway));
  if (!attachment.gateway6.empty()) inside.add_default_route6(link, attachment.gateway6);
}

// The container's side: as `ip -n` would set it up from outside.
void configure_inside(int netns, const Attachment& attachment) {
  Netlink inside = Netlink::in_namespace(netns);
  inside.set_up(inside.get_link("lo"));
  const Link link = inside.get_link(attachment.interface);
  inside.add_address(link, parse_address(attachment.address), attachment.prefix);
  if (!attachment.address6.empty()) inside.add_address6(link, attachment.address6, attachment.prefix6);
  inside.set_up(link);
  if (attachment.outward) add_default_routes(inside, link, attachment);
  inside.wait_until_running(attachment.interface);
}

// WHY twice: the link of a container's last run goes with its namespace, which the kernel takes down when it comes to it; who starts
// again at once may be sooner.
void add_veth(Netlink& host, const VethPair& pair) {
  try {
    host.add_veth(pair);
  } catch (const sys::Error& error) {
    if (error.error() != EEXIST) throw;
    host.delete_link(pair.host);
    host.add_veth(pair);
  }
}

void connect_bridge(Netlink& host, int netns, const Attachment& attachment, const Bridge& bridge) {
  add_veth(host, {.host = attachment.host_link,
                  .inner = attachment.interface,
                  .netns = netns,
                  .mac = attachment.mac,
                  .mtu = bridge.mtu});
  const Link port = host.get_link(attachment.host_link);
  host.connect_link(port, attachment.container_id, bridge.index);
  // WHY: with br_netfilter, which Docker loads, a port is translated within the bridge, and a container that calls
  // its own published port is answered out of the port it called from.
  if (!attachment.ports.empty()) host.set_hairpin(port);
  configure_inside(netns, attachment);
  host.wait_until_running(attachment.host_link);
  host.wait_until_running(bridge.name);  // its carrier comes with its first port
}

// WHY without waiting: a tap has no carrier before somebody opens it.
void connect_tap(Netlink& host, const Attachment& attachment, const Bridge& bridge) {
  host.add_tap(attachment.host_link, bridge.mtu);
  const Link port = host.get_link(attachment.host_link);
  host.connect_link(port, attachment.container_id, bridge.index);
  if (!attachment.ports.empty()) host.set_hairpin(port);
}

void connect_macvlan(Netlink& host, int netns, const Attachment& attachment, const Definition& definition) {
  const auto mode = definition.options.find("macvlan_mode");
  host.add_macvlan({.parent = definition.options.at("parent"),
                    .name = attachment.interface,
                    .mode = mode == definition.options.end() ? "bridge" : mode->second,
                    .netns = netns,
                    .mac = attachment.mac});
  configure_inside(netns, attachment);
}

void connect_cni(int netns, const std::string& path, Attachment& attachment) {
  Netlink inside = Netlink::in_namespace(netns);
  inside.set_up(inside.get_link("lo"));
  cni_add(attachment, path);
}

Definition default_definition() {
  Definition definition;
  definition.name = "bridge";
  return definition;
}

// A published port is for the network that leads out; and random ones become known here.
void publish_ports(const Place& place, Attachment& attachment) {
  if (attachment.ports.empty()) return;
  publish_free(place.table, attachment.container_id, attachment.address, attachment.ports);
}

void forget_names(const Place& place, Attachment attachment) {
  attachment.names.clear();
  if (!attachment.driver.empty()) write_attachment(place, attachment);
  update_dns(place.root);
}

}  // namespace

std::string netns_of(int pid) {
  return fmt::format("/proc/{}/ns/net", pid);
}

Network::Network(const std::string& root, std::string catalogue)
    : place_(default_place(root)), definition_(default_definition()), catalogue_(std::move(catalogue)) {}

Network::Network(const std::string& root, Definition definition)
    : place_(place_of(root, definition)), definition_(std::move(definition)) {}

void Network::make() const {
  if (definition_.driver != "bridge") return;
  Netlink host;
  ensure_bridge(place_, definition_, catalogue_, host);
}

void Network::unmake() const {
  sys::mkdir_parents(place_.root, 0700);
  const sys::UniqueFd lock = sys::lock_file(place_.root + "/lock");
  Netlink host;
  if (definition_.driver == "bridge") remove_bridge(place_, host);
  if (!place_.id.empty()) sys::remove_tree(place_.directory);
}

struct Network::Ground {
  Netlink host;
  std::optional<Bridge> bridge;
};

Attachment Network::plan(const std::string& container_id, const AttachOptions& options,
                         const Ground& ground) const {
  Attachment attachment{.container_id = container_id,
                        .driver = definition_.driver,
                        .interface = options.interface,
                        .outward = options.outward && !definition_.internal};
  // A macvlan's ports are on the wire as they are.
  if (attachment.outward && definition_.driver != "macvlan") attachment.ports = options.ports;
  if (definition_.driver == "cni") {
    attachment.cni = cni_record(sys::read_file(definition_.options.at("config")));
    return attachment;
  }
  if (ground.bridge) attachment.host_link = host_link_name(container_id, place_.id);
  const Range range = ground.bridge ? ground.bridge->range : range_of(definition_);
  Definition wanted = definition_;
  wanted.ipv6 = wanted.ipv6 && options.ipv6;
  take_addresses(Leases(place_.addresses()), wanted, range, {options.address, options.address6}, attachment);
  if (definition_.resolves_names()) {
    attachment.names = options.names;
    attachment.name_servers = options.name_servers;
  }
  return attachment;
}

void Network::connect(Attachment& attachment, const std::string& netns, Ground& ground) const {
  if (netns.empty()) {
    connect_tap(ground.host, attachment, *ground.bridge);
    return publish_ports(place_, attachment);
  }
  const sys::UniqueFd inside = sys::open(netns, O_RDONLY);
  if (definition_.driver == "cni") {
    connect_cni(inside.get(), netns, attachment);
  } else if (definition_.driver == "macvlan") {
    connect_macvlan(ground.host, inside.get(), attachment, definition_);
  } else {
    connect_bridge(ground.host, inside.get(), attachment, *ground.bridge);
    publish_ports(place_, attachment);
  }
}

Attachment Network::attach(const std::string& container_id, const std::string& netns,
                           const AttachOptions& options) const {
  check_id(container_id);
  if (netns.empty() && definition_.driver != "bridge") {
    throw std::invalid_argument(
        fmt::format("network {} has no bridge (driver {}) for a guest to stand on. Next: "
                    "mini-container network create NAME",
                    definition_.name, definition_.driver));
  }
  sys::mkdir_parents(place_.containers(), 0700);
  sys::mkdir_if_missing(place_.addresses(), 0700);
  if (!sys::create_exclusive(place_.record_of(container_id), 0600)) {
    throw std::runtime_error(fmt::format("container {} is attached to the network already", container_id));
  }
  try {
    Ground ground;
    if (definition_.driver == "bridge")
      ground.bridge = ensure_bridge(place_, definition_, catalogue_, ground.host);
    Attachment attachment = plan(container_id, options, ground);
    write_attachment(place_, attachment);
    connect(attachment, netns, ground);
    // Of a plug-in the addresses, and of random ports the numbers, are known only now.
    if (definition_.driver == "cni" || !attachment.ports.empty()) write_attachment(place_, attachment);
    if (!attachment.names.empty()) update_dns(place_.root, attachment.gateway, attachment.names.front());
    return attachment;
  } catch (...) {
    detach(container_id, LinkEnd::now, netns);
    throw;
  }
}

bool Network::detach(const std::string& container_id, LinkEnd link, const std::string& netns) const {
  const auto record = read_attachment(place_, container_id);
  if (!record) return false;
  const trace::Phase phase("disconnect the network", "link, ports and address go; the record last");
  const bool torn = record->driver.empty();
  // ORDER: the name before the record, else a kill in between would leave a name that nobody is asked to remove.
  if (!place_.id.empty() && (torn || record->driver == "bridge")) forget_names(place_, *record);
  // ORDER: ports before the address, else they would lead to whoever gets the address next.
  if (torn || !record->ports.empty()) unpublish(place_.table, container_id);
  const std::string host_link = host_link_name(container_id, place_.id);
  if (record->driver == "cni") cni_delete(*record, netns);
  if (link == LinkEnd::now && (torn || record->driver == "bridge")) Netlink().delete_link(host_link);
  if (record->driver == "macvlan" && !netns.empty())
    Netlink::in_namespace(sys::open(netns, O_RDONLY).get()).delete_link(record->interface);
  if (torn || record->address.empty()) {
    Leases(place_.addresses()).release(container_id);
  } else if (record->driver != "cni") {
    Leases(place_.addresses()).release_address(record->address);
    if (!record->address6.empty()) Leases(place_.addresses()).release_address(record->address6);
  }
  sys::unlink_if_present(place_.record_of(container_id));
  return true;
}

bool Network::lead_outward(const std::string& container_id, const std::string& netns,
                           const std::vector<PortMapping>& ports) const {
  auto attachment = read_attachment(place_, container_id);
  if (!attachment || attachment->outward || definition_.internal || definition_.driver == "cni") return false;
  const sys::UniqueFd inside = sys::open(netns, O_RDONLY);
  Netlink container = Netlink::in_namespace(inside.get());
  add_default_routes(container, container.get_link(attachment->interface), *attachment);
  attachment->outward = true;
  if (definition_.driver == "bridge") attachment->ports = ports;
  publish_ports(place_, *attachment);
  write_attachment(place_, *attachment);
  return true;
}

}  // namespace network
