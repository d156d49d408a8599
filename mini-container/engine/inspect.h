// `inspect`: one container as Docker shows it, with the names that scripts know.
#pragma once

#include <string>
#include <vector>

#include "mini-container/engine/registry.h"

namespace engine {

// A JSON list, indented.
std::string inspect_json(const Registry& registry, const std::vector<Container>& containers);

}  // namespace engine
