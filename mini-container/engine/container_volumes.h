// The volumes of one container, from its making to its end. Volumes themselves: volumes.h.
#pragma once

#include <string>
#include <vector>

#include "mini-container/engine/parse.h"
#include "mini-container/engine/registry.h"

namespace engine {

// Completes what a new container is asked to have: names for volumes without one, the volumes of `others`
// ("CONTAINER[:ro|rw]"), and a volume of its own for each of the image's `places` that nothing else is mounted at.
// Throws std::invalid_argument, NoSuchContainer.
void choose_volumes(const Registry& registry, Settings& settings, const std::vector<std::string>& places,
                    const std::vector<std::string>& others);

// Makes those of a new container that are not there yet.
void make_volumes(const Registry& registry, const Container& container);

// For a container that starts: its volumes with host paths, ready to be mounted. A missing directory of the host is made, as
// in Docker. `rootfs` is the container's, mounted.
std::vector<Volume> open_volumes(const Registry& registry, const Container& container,
                                 const std::string& rootfs);
// The events of that, of a container that runs by it.
void note_mounts(const Registry& registry, const Container& container);
// For one that has ended.
void close_volumes(const Registry& registry, const Container& container);

// Removes those that nobody gave a name and that no other container has.
void remove_own_volumes(const Registry& registry, const Container& container);

}  // namespace engine
