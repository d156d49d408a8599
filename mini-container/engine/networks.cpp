// See networks.h.
#include "mini-container/engine/networks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/console.h"
#include "base/sys/file.h"
#include "mini-container/engine/files.h"
#include "mini-container/engine/guests.h"
#include "mini-container/engine/monitor/log_writer.h"
#include "mini-container/engine/names.h"
#include "mini-container/network/attachment.h"
#include "mini-container/network/subnet6.h"
#include "mini-container/network/user_network.h"

namespace engine {

using network::Definition;

network::Catalogue catalogue_of(const Paths& paths) {
  return network::Catalogue(paths.networks);
}

network::Network network_at(const Paths& paths, const Definition& definition) {
  if (definition.name == "bridge") return network::Network(paths.network, paths.networks);
  return {paths.network, definition};
}

namespace {

Endpoint endpoint_of(const network::Attachment& attachment, const NetworkRequest& request,
                     const Definition& definition) {
  return {request.name,
          request.id,
          attachment.interface,
          attachment.address,
          attachment.prefix,
          attachment.gateway,
          attachment.mac,
          attachment.host_link,
          attachment.address6,
          attachment.prefix6,
          attachment.gateway6,
          request.aliases,
          definition.resolves_names(),
          attachment.outward};
}

// The first of eth0, eth1 ... that no endpoint has.
std::string free_interface(const Container& container) {
  for (int number = 0;; ++number) {
    const std::string name = fmt::format("eth{}", number);
    const bool taken = std::any_of(container.endpoints.begin(), container.endpoints.end(),
                                   [&](const Endpoint& one) { return one.interface == name; });
    if (!taken) return name;
  }
}

void note(const Registry& registry, const Definition& definition, const std::string& action) {
  registry.journal().add(
      {"network", action, definition.id, {{"name", definition.name}, {"type", definition.driver}}});
}

// In Docker's words, of a network that is not user-defined.
void refuse_own_names(const NetworkRequest& wishes) {
  if (!wishes.aliases.empty()) {
    throw std::invalid_argument(
        "network-scoped alias is supported only for containers in user defined networks. Next: network "
        "create");
  }
  if (wishes.has_address()) {
    throw std::invalid_argument(
        "user specified IP address is supported on user defined networks only. Next: network create "
        "--subnet");
  }
}

}  // namespace

bool is_own(const NetworkRequest& request, const Definition& definition) {
  return request.id.empty() ? definition.name == request.name : definition.id == request.id;
}

// WHY without the catalogue for the default network: it has no record, and most containers want no other.
network::Network network_of(const Paths& paths, const NetworkRequest& request) {
  if (request.id.empty()) return network::Network(paths.network, paths.networks);
  return network_at(paths, catalogue_of(paths).get(request.id));
}

namespace {

// As far as it is known, should its record be gone.
Definition definition_of(const Paths& paths, const NetworkRequest& request) {
  try {
    return catalogue_of(paths).get(request.id.empty() ? request.name : request.id);
  } catch (const network::NoSuchNetwork&) {
    Definition gone;
    gone.name = request.name;
    gone.id = request.id;
    return gone;
  }
}

}  // namespace

NetworkRequest request_for(const Definition& definition, NetworkRequest wishes) {
  if (definition.predefined()) refuse_own_names(wishes);
  if (wishes.has_address() && definition.driver == "cni") {
    throw std::invalid_argument(
        "user specified IP address is supported on user defined networks only. Next: leave it to the "
        "plug-in");
  }
  if (!wishes.address6.empty() && !definition.ipv6) {
    throw std::invalid_argument(
        "user specified IP address is supported only when connecting to networks with user configured "
        "subnets. Next: network "
        "create --ipv6 --subnet fd00:1::/64");
  }
  if (!wishes.address.empty()) network::parse_address(wishes.address);
  if (!wishes.address6.empty()) network::parse_address6(wishes.address6);
  wishes.name = definition.name;
  wishes.id = definition.name == "bridge" ? "" : definition.id;
  return wishes;
}

std::vector<network::PortMapping> ports_of(const Settings& settings) {
  std::vector<network::PortMapping> ports;
  ports.reserve(settings.ports.size());
  for (const std::string& text : settings.ports)
    ports.push_back(network::parse_port(text));
  return ports;
}

void attach_network(const Registry& registry, Container& container, const NetworkRequest& request,
                    pid_t pid) {
  const network::Network network = network_of(registry.paths(), request);
  network::AttachOptions options;
  options.interface = free_interface(container);
  options.outward = !container.leads_out();
  if (options.outward) options.ports = ports_of(container.settings);
  options.address = request.address;
  options.address6 = request.address6;
  if (network.definition().resolves_names()) {
    options.names = {container.name, short_id(container.id)};
    options.names.insert(options.names.end(), request.aliases.begin(), request.aliases.end());
    options.name_servers = container.settings.dns;
  }
  const auto attachment = network.attach(container.id, network::netns_of(pid), options);
  container.endpoints.push_back(endpoint_of(attachment, request, network.definition()));
  if (attachment.outward) container.published.clear();
  for (const network::PortMapping& port : attachment.ports)
    container.published.push_back(to_string(port));
}

void note(const Registry& registry, const Definition& network, const std::string& action,
          const std::string& container) {
  registry.journal().add({"network",
                          action,
                          network.id,
                          {{"name", network.name}, {"type", network.driver}, {"container", container}}});
}

void choose_networks(const Registry& registry, Settings& settings, const NetworkRequest& wishes) {
  const bool shared = settings.network.starts_with("container:");
  if (settings.network == "bridge" && wishes.aliases.empty() && !wishes.has_address()) return;
  Definition definition;
  if (shared) {
    registry.get(settings.network.substr(settings.network.find(':') + 1));
  } else {
    definition = catalogue_of(registry.paths()).get(settings.network);
    settings.network = definition.name;
  }
  const bool own = !shared && definition.driver != "host" && definition.driver != "null";
  if (!own && !settings.ports.empty()) {
    sys::complain(
        "mini-container",
        fmt::format("WARNING: Published ports are discarded when using {} network mode", settings.network));
    settings.ports.clear();
  }
  if (!own) refuse_own_names(wishes);
  settings.networks.clear();
  if (own) settings.networks.push_back(request_for(definition, wishes));
}

namespace {

// What an ordinary user has instead of bridges.
void attach_through_sockets(const Registry& registry, Container& container, pid_t pid) {
  network::UserNetwork own = {container.id, registry.directory(container.id),
                              registry.paths().consoles + "/" + short_id(container.id) + ".net", pid,
                              ports_of(container.settings)};
  for (const network::PortMapping& port : own.ports) {
    if (port.host_port == 0) {
      throw std::invalid_argument(
          fmt::format("-p {0}: an ordinary user's port needs a number on the host. Next: -p 8080:{0}",
                      port.container_port));
    }
    container.published.push_back(to_string(port));
  }
  if (!network::user_network_program().empty()) return network::start_user_network(own);
  const std::string missing =
      "neither pasta (package passt) nor slirp4netns is installed, which connect an ordinary user's "
      "containers";
  if (!own.ports.empty()) throw std::runtime_error(missing + ". Next: install one, or leave out -p");
  sys::complain("mini-container",
                missing + "; this one has a loopback only. Next: install one, or --network none");
}

}  // namespace

void attach_networks(const Registry& registry, Container& container, pid_t pid) {
  container.endpoints.clear();
  container.published.clear();
  if (!network::governs_links()) return attach_through_sockets(registry, container, pid);
  for (const NetworkRequest& request : networks_of(container.settings)) {
    attach_network(registry, container, request, pid);
    note(registry, definition_of(registry.paths(), request), "connect", container.id);
  }
}

void note_departure(const Registry& registry, const Container& container) {
  for (const Endpoint& endpoint : container.endpoints) {
    const NetworkRequest request = {endpoint.network, endpoint.network_id};
    note(registry, definition_of(registry.paths(), request), "disconnect", container.id);
  }
}

void create_network(const Registry& registry, Definition& definition) {
  definition.id = new_id();
  definition.created = timestamp();
  // ORDER: the record first. A bridge without a record would belong to nobody; a record without bridge gets one at first
  // use.
  catalogue_of(registry.paths()).add(definition);
  try {
    network_at(registry.paths(), definition).make();
  } catch (...) {
    catalogue_of(registry.paths()).remove(definition.id);
    network_at(registry.paths(), definition).unmake();
    throw;
  }
  note(registry, definition, "create");
}

namespace {

std::runtime_error still_in_use(const Definition& definition, const std::string& next) {
  return std::runtime_error(
      fmt::format("error while removing network: network {} id {} has active endpoints. Next: {}",
                  definition.name, definition.id, next));
}

}  // namespace

void remove_network(const Registry& registry, const Definition& definition) {
  if (definition.predefined()) {
    throw std::runtime_error(
        fmt::format("{} is a pre-defined network and cannot be removed", definition.name));
  }
  const network::Network network = network_at(registry.paths(), definition);
  for (const Container& container : containers_with(registry.list(), definition)) {
    if (container.at_rest()) continue;
    throw still_in_use(
        definition, fmt::format("mini-container network disconnect {} {}", definition.name, container.name));
  }
  for (const std::string& guest : Guests(registry).in(definition))
    throw still_in_use(definition, "vm-launcher stop " + guest);
  network.unmake();
  catalogue_of(registry.paths()).remove(definition.id);
  note(registry, definition, "destroy");
}

bool has_network(const Container& container, const Definition& definition) {
  if (definition.driver == "host" || definition.driver == "null")
    return container.settings.network == definition.name;
  const auto requests = networks_of(container.settings);
  return std::any_of(requests.begin(), requests.end(),
                     [&](const NetworkRequest& request) { return is_own(request, definition); });
}

bool is_used(const Registry& registry, const Definition& definition,
             const std::vector<Container>& containers) {
  return !containers_with(containers, definition).empty() || !Guests(registry).in(definition).empty();
}

std::vector<Container> containers_with(const std::vector<Container>& containers,
                                       const Definition& definition) {
  std::vector<Container> fitting = containers;
  std::erase_if(fitting, [&](const Container& one) { return !has_network(one, definition); });
  return fitting;
}

}  // namespace engine
