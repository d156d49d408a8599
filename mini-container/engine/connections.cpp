// `network connect` and `network disconnect`. Declared in networks.h.
#include <fmt/format.h>

#include "mini-container/engine/files.h"
#include "mini-container/engine/networks.h"
#include "mini-container/network/attachment.h"

namespace engine {

using network::Definition;

void connect_network(const Registry& registry, const Definition& definition, const std::string& name,
                     NetworkRequest request) {
  Container container = registry.get(name);
  request = request_for(definition, request);
  if (container.settings.network == "host" || container.settings.network.starts_with("container:")) {
    throw std::runtime_error(
        "container sharing network namespace with another container or host cannot be connected to any other "
        "network");
  }
  if (container.settings.network == "none" || definition.driver == "host" || definition.driver == "null") {
    throw std::runtime_error(
        "container cannot be connected to multiple networks with one of the networks in private (none) mode");
  }
  if (has_network(container, definition)) {
    throw std::runtime_error(
        fmt::format("endpoint with name {} already exists in network {}", container.name, definition.name));
  }
  if (container.running()) {
    // What a command left that was killed between the two steps below.
    network_at(registry.paths(), definition).detach(container.id);
    attach_network(registry, container, request, static_cast<pid_t>(container.pid));
  }
  // ORDER: the kernel first. What it refuses is not recorded; and what is not recorded goes with the container.
  const pid_t pid = static_cast<pid_t>(container.pid);
  const auto recorded = registry.change(container.id, [&](Container& record) {
    record.settings.networks.push_back(request);
    if (!record.running() || record.pid != pid) return;
    record.endpoints = container.endpoints;
    record.published = container.published;
  });
  const bool gone = !recorded || (container.running() && !recorded->running());
  if (gone) network_at(registry.paths(), definition).detach(container.id, network::LinkEnd::with_namespace);
  if (!gone && container.running()) write_network_files(registry.directory(container.id), *recorded);
  note(registry, definition, "connect", container.id);
}

namespace {

// After the network that led out has gone, another one does.
void find_way_out(const Registry& registry, Container& container) {
  if (container.leads_out()) return;
  const std::string netns = network::netns_of(static_cast<int>(container.pid));
  for (Endpoint& endpoint : container.endpoints) {
    const network::Network network = network_of(registry.paths(), {endpoint.network, endpoint.network_id});
    endpoint.outward = network.lead_outward(container.id, netns, ports_of(container.settings));
    if (!endpoint.outward) continue;
    container.published.clear();
    const auto attachment = network::read_attachment(network.place(), container.id);
    for (const network::PortMapping& port : attachment->ports)
      container.published.push_back(to_string(port));
    return;
  }
}

}  // namespace

void disconnect_network(const Registry& registry, const Definition& definition, const Container& container) {
  if (!has_network(container, definition)) {
    throw std::runtime_error(
        fmt::format("container {} is not connected to network {}", container.id, definition.name));
  }
  Container changed = container;
  std::erase_if(changed.settings.networks,
                [&](const NetworkRequest& request) { return is_own(request, definition); });
  if (container.running()) {
    network_at(registry.paths(), definition)
        .detach(container.id, network::LinkEnd::now, network::netns_of(static_cast<int>(container.pid)));
    std::erase_if(changed.endpoints, [&](const Endpoint& one) { return one.network == definition.name; });
    find_way_out(registry, changed);
  }
  const auto recorded = registry.change(container.id, [&](Container& record) {
    record.settings.networks = changed.settings.networks;
    if (!record.running()) return;
    record.endpoints = changed.endpoints;
    record.published = changed.published;
  });
  if (recorded && recorded->running()) write_network_files(registry.directory(container.id), *recorded);
  note(registry, definition, "disconnect", container.id);
}

}  // namespace engine
