// Which containers use which image: what a removal of images asks.
#pragma once

#include "mini-container/engine/registry.h"
#include "mini-container/image/store.h"

namespace engine {

// Reads the registry each time it is asked. `registry` must outlive it.
image::Users image_users(const Registry& registry);

}  // namespace engine
