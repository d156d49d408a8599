// See whole.h.
#include "mini-container/network/whole.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/sys/file.h"
#include "mini-container/network/bridge.h"
#include "mini-container/network/dns.h"
#include "mini-container/network/user_network.h"

namespace network {

namespace {

// A network as far as its place tells: enough to detach from it, or to take it down.
Network network_at(const Place& place) {
  Definition definition;
  definition.id = place.id;
  return place.id.empty() ? Network(place.root) : Network(place.root, definition);
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

std::vector<std::string> leaks_at(const Place& place, const std::set<std::string>& live,
                                  const Netlink& host) {
  std::vector<std::string> found;
  for (const std::string& id : attached_in(place)) {
    if (!live.contains(id)) found.push_back(fmt::format("network record of container {}", id));
  }
  for (const auto& [address, id] : Leases(place.addresses()).all()) {
    if (!live.contains(id)) found.push_back(fmt::format("address {} of container {}", address, id));
  }
  const auto bridge = find_bridge(place, host);
  if (!bridge) return found;
  for (const Link& link : links_without_owner(host, bridge->index, live))
    found.push_back(fmt::format("link {} of container {}", link.name, link.alias));
  return found;
}

}  // namespace

bool detach_everywhere(const std::string& root, const std::string& container_id, LinkEnd link) {
  bool found = false;
  for (const Place& place : all_places(root))
    found = network_at(place).detach(container_id, link) || found;
  return found;
}

std::set<std::string> attached(const std::string& root) {
  std::set<std::string> ids;
  for (const Place& place : all_places(root))
    for (const std::string& id : attached_in(place))
      ids.insert(id);
  return ids;
}

std::vector<std::string> leaks(const std::string& root, const std::set<std::string>& live) {
  // An ordinary user's containers have no links, addresses or rules of ours.
  if (!governs_links()) return {};
  std::vector<std::string> found;
  const Netlink host;
  bool named = false;
  for (const Place& place : all_places(root)) {
    const auto more = leaks_at(place, live, host);
    found.insert(found.end(), more.begin(), more.end());
    for (const Attachment& one : attachments_in(place))
      named = named || !one.names.empty();
  }
  const std::string table = default_place(root).table;
  for (const auto& [id, ports] : published(table)) {
    if (!live.contains(id))
      found.push_back(fmt::format("published {} of container {}", fmt::join(ports, ", "), id));
  }
  const int server = dns_process(root);
  if (server != 0 && !named) found.push_back(fmt::format("name server {} that serves no network", server));
  if (server == 0 && named && dns_installed()) found.emplace_back("networks whose name server was killed");
  return found;
}

void remove_all(const std::string& root) {
  for (const std::string& id : attached(root))
    detach_everywhere(root, id, LinkEnd::now);
  stop_dns(root);
  if (!sys::exists(root)) return;
  for (const Place& place : all_places(root))
    network_at(place).unmake();
  sys::remove_tree(root);
}

}  // namespace network
