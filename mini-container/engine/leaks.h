// What was left behind: everything in the system that carries this engine's marks and belongs to no container
// that is alive. Read only; any other command repairs what it can (Engine::reconcile).
#pragma once

#include <string>
#include <vector>

#include "mini-container/engine/registry.h"

namespace engine {

struct Leak {
  std::string kind;  // "state", "mount", "cgroup", "network", "process"
  std::string what;  // for a person
};

std::vector<Leak> leaks(const Registry& registry);

// A JSON list of {"kind", "what"}.
std::string to_json(const std::vector<Leak>& leaks);

}  // namespace engine
