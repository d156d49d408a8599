// See network.h. The attachment file is made before anything else and removed after everything else, so the list
// of these files is the list of containers that may have something here: cheap to read at every command.
#include "mini-container/network/network.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/file.h"
#include "mini-container/network/bridge.h"
#include "mini-container/network/leases.h"

namespace network {

namespace {

using Json = nlohmann::json;

std::string containers_of(const std::string& state) {
  return state + "/containers";
}

std::string record_of(const std::string& state, const std::string& container_id) {
  return containers_of(state) + "/" + container_id;
}

Leases leases_of(const std::string& state) {
  return Leases(state + "/addresses");
}

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

// What detach needs to know quickly; an empty or torn file means: look everywhere.
struct Record {
  bool whole = false;
  std::uint32_t address = 0;
  bool ports = false;
};

Record read_record(const std::string& path) {
  const auto text = sys::read_file_if_present(path);
  const Json json = text ? Json::parse(*text, nullptr, false) : Json();
  if (!json.is_object()) return {};
  return {true, parse_address(json.at("address")), !json.at("ports").empty()};
}

void write_record(const std::string& path, const Attachment& attachment) {
  Json ports = Json::array();
  for (const PortMapping& port : attachment.ports)
    ports.push_back(to_string(port));
  // WHY: written in place, not replaced and synced: a torn record is understood, and a reboot clears it anyway.
  sys::write_existing_file(path, Json{{"address", attachment.address}, {"ports", ports}}.dump());
}

// The container's side: as `ip -n` would set it up from outside.
void configure_inside(int netns, const Attachment& attachment, const Bridge& bridge) {
  Netlink inside = Netlink::in_namespace(netns);
  inside.set_up(inside.get_link("lo"));
  const Link link = inside.get_link(attachment.interface);
  inside.add_address(link, parse_address(attachment.address), bridge.subnet.prefix);
  inside.set_up(link);
  inside.add_default_route(link, gateway_of(bridge.subnet));
  inside.wait_until_running(attachment.interface);
}

void connect(Netlink& host, int netns, const Attachment& attachment, const Bridge& bridge) {
  host.add_veth({.host = attachment.host_link,
                 .inner = attachment.interface,
                 .netns = netns,
                 .mac = attachment.mac,
                 .mtu = bridge.mtu});
  const Link port = host.get_link(attachment.host_link);
  host.connect_link(port, attachment.container_id, bridge.index);
  // WHY: with br_netfilter, which Docker loads, a port is translated within the bridge, and a container that calls
  // its own published port is answered out of the port it called from.
  if (!attachment.ports.empty()) host.set_hairpin(port);
  configure_inside(netns, attachment, bridge);
  host.wait_until_running(attachment.host_link);
  host.wait_until_running(bridge.name);  // its carrier comes with its first port
  publish(bridge.table, attachment.container_id, attachment.address, attachment.ports);
}

// Ports of the bridge whose container is not among `live`, once the kernel has had time to take down those whose
// namespace has ended.
std::vector<Link> links_without_owner(const Netlink& host, int bridge, const std::set<std::string>& live) {
  constexpr int kRounds = 40;
  std::vector<Link> left;
  for (int round = 0; round < kRounds; ++round) {
    if (round != 0) sys::poll({}, 50);
    left = host.links();
    std::erase_if(left, [&](const Link& link) { return link.master != bridge || live.contains(link.alias); });
    if (left.empty()) break;
  }
  return left;
}

}  // namespace

Network::Network(std::string state_directory)
    : directory_(std::move(state_directory)), bridge_(bridge_names(directory_).link) {}

Attachment Network::attach(const std::string& container_id, int netns, const AttachOptions& options) {
  check_id(container_id);
  sys::mkdir_parents(containers_of(directory_), 0700);
  sys::mkdir_if_missing(directory_ + "/addresses", 0700);
  Netlink host;
  const Bridge bridge = ensure_bridge(directory_, host);
  const std::string record = record_of(directory_, container_id);
  if (!sys::create_exclusive(record, 0600)) {
    throw std::runtime_error(fmt::format("container {} is attached to the network already", container_id));
  }
  try {
    const std::uint32_t wanted = options.address.empty() ? 0 : parse_address(options.address);
    const std::uint32_t address = leases_of(directory_).take(bridge.subnet, container_id, wanted);
    Attachment attachment{.container_id = container_id,
                          .interface = options.interface,
                          .host_link = host_link_name(container_id),
                          .address = address_text(address),
                          .prefix = bridge.subnet.prefix,
                          .gateway = address_text(gateway_of(bridge.subnet)),
                          .mac = mac_of(address),
                          .ports = options.ports};
    write_record(record, attachment);
    connect(host, netns, attachment, bridge);
    return attachment;
  } catch (...) {
    detach(container_id);
    throw;
  }
}

Attachment Network::attach_process(const std::string& container_id, int pid, const AttachOptions& options) {
  const sys::UniqueFd netns = sys::open(fmt::format("/proc/{}/ns/net", pid), O_RDONLY);
  return attach(container_id, netns.get(), options);
}

bool Network::detach(const std::string& container_id, LinkEnd link) {
  const std::string path = record_of(directory_, container_id);
  if (!sys::exists(path)) return false;
  const trace::Phase phase("disconnect the network", "link, ports and address go; the record last");
  const Record record = read_record(path);
  // ORDER: ports before the address, else they would lead to whoever gets the address next.
  if (!record.whole || record.ports) unpublish(bridge_names(directory_).table, container_id);
  if (link == LinkEnd::now) Netlink().delete_link(host_link_name(container_id));
  if (record.whole) {
    leases_of(directory_).release(record.address);
  } else {
    leases_of(directory_).release(container_id);
  }
  sys::unlink_if_present(path);
  return true;
}

std::set<std::string> Network::attached() const {
  if (!sys::exists(containers_of(directory_))) return {};
  const auto names = sys::list_directory(containers_of(directory_));
  return {names.begin(), names.end()};
}

std::vector<std::string> Network::leaks(const std::set<std::string>& live) const {
  std::vector<std::string> found;
  for (const std::string& id : attached()) {
    if (!live.contains(id)) found.push_back(fmt::format("network record of container {}", id));
  }
  for (const auto& [address, id] : leases_of(directory_).all()) {
    if (!live.contains(id)) found.push_back(fmt::format("address {} of container {}", address, id));
  }
  const Netlink host;
  const auto bridge = find_bridge(directory_, host);
  if (!bridge) return found;
  for (const Link& link : links_without_owner(host, bridge->index, live))
    found.push_back(fmt::format("link {} of container {}", link.name, link.alias));
  for (const auto& [id, ports] : published(bridge->table)) {
    if (!live.contains(id))
      found.push_back(fmt::format("published {} of container {}", fmt::join(ports, ", "), id));
  }
  return found;
}

std::vector<std::string> Network::reconcile(const std::set<std::string>& live) {
  std::vector<std::string> found;
  for (const std::string& id : attached()) {
    if (live.contains(id)) continue;
    found.push_back(fmt::format("network of container {}", id));
    detach(id);
  }
  return found;
}

void Network::remove() {
  for (const std::string& id : attached())
    detach(id);
  Netlink host;
  remove_bridge(directory_, host);
  sys::remove_tree(directory_);
}

}  // namespace network
