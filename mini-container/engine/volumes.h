// Directories that outlive their container: a host's, or one of STORE/volumes with a name. A volume that was given no
// name gets 64 digits for one, and goes with its container.
#pragma once

#include <vector>

#include "mini-container/engine/parse.h"
#include "mini-container/engine/registry.h"

namespace engine {

// The volumes with host paths; named ones are made on first use, missing host directories too, as in Docker. A new
// named volume begins as a copy of what `rootfs`, the container's mounted layers, has in its place.
std::vector<Volume> host_volumes(const Paths& paths, const Settings& settings, const std::string& rootfs);

// Removes the volumes of `container` that have no name of their own and that no other container has.
void remove_anonymous_volumes(const Registry& registry, const Container& container);

// Names of the volumes that no container has, sorted.
std::vector<std::string> unused_volumes(const Registry& registry);
// How many containers have it.
std::size_t users_of_volume(const std::vector<Container>& containers, const std::string& name);

}  // namespace engine
