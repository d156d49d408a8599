// See image_users.h.
#include "mini-container/engine/image_users.h"

#include "mini-container/engine/names.h"

namespace engine {

image::Users image_users(const Registry& registry) {
  return [&registry](const image::Image& image) {
    std::vector<std::string> users;
    for (const Container& container : registry.list()) {
      if (container.image_id == image.id) users.push_back(short_id(container.id));
    }
    return users;
  };
}

}  // namespace engine
