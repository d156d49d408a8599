// Containers and networks: attached when they start, connected and disconnected while they run or are at rest.
#pragma once

#include <string>
#include <vector>

#include "mini-container/engine/registry.h"
#include "mini-container/network/catalogue.h"
#include "mini-container/network/network.h"

namespace engine {

network::Catalogue catalogue_of(const Paths& paths);
network::Network network_at(const Paths& paths, const network::Definition& definition);

network::Network network_of(const Paths& paths, const NetworkRequest& request);
bool is_own(const NetworkRequest& request, const network::Definition& definition);

// How a container is to be attached to `definition`. Throws std::invalid_argument for what that network cannot do.
// `wishes` has aliases and addresses, if any.
NetworkRequest request_for(const network::Definition& definition, NetworkRequest wishes);
// What -p has asked for.
std::vector<network::PortMapping> ports_of(const Settings& settings);

// What --network, --network-alias, --ip and --ip6 mean for a new container: fills in `settings.networks`. Throws
// network::NoSuchNetwork, and std::invalid_argument for what the network cannot do.
void choose_networks(const Registry& registry, Settings& settings, const NetworkRequest& wishes);

// After the runtime's `create`: attaches `container` to all its networks, and fills in endpoints and published ports.
void attach_networks(const Registry& registry, Container& container, pid_t pid);

// To one more; the container's way out leads through it if there is none so far.
void attach_network(const Registry& registry, Container& container, const NetworkRequest& request, pid_t pid);
// An event of `network` that is about a container.
void note(const Registry& registry, const network::Definition& network, const std::string& action,
          const std::string& container);
// Its events, when it has ended.
void note_departure(const Registry& registry, const Container& container);

// `network create`: the record, then the bridge; with neither if the bridge cannot be made.
void create_network(const Registry& registry, network::Definition& definition);
// Throws std::runtime_error in Docker's words when it is a predefined one, or a container that runs is attached.
void remove_network(const Registry& registry, const network::Definition& definition);
// `network connect` and `disconnect`: of a container that runs at once, of others when they start.
void connect_network(const Registry& registry, const network::Definition& definition,
                     const std::string& container, NetworkRequest request);
void disconnect_network(const Registry& registry, const network::Definition& definition,
                        const Container& container);

// Those that have it among their networks, whether they run or not.
std::vector<Container> containers_with(const std::vector<Container>& containers,
                                       const network::Definition& definition);
// By one of `containers`, or by a guest.
bool is_used(const Registry& registry, const network::Definition& definition,
             const std::vector<Container>& containers);
bool has_network(const Container& container, const network::Definition& definition);

// What `network inspect` shows of one, as Docker's JSON.
std::string network_json(const Registry& registry, const network::Definition& definition);

}  // namespace engine
