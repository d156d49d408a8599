// Which of root's powers a container keeps: Docker's fourteen, more or fewer by --cap-add and --cap-drop.
// Reads: capabilities(7).
#pragma once

#include <string>
#include <vector>

#include "mini-container/engine/container.h"

namespace engine {

// Docker's default, in the kernel's order.
const std::vector<std::string>& default_capabilities();

// The default with `add` and `drop` applied; names with or without "CAP_", any case, or "ALL". Throws
// std::invalid_argument for a name that the kernel does not know.
std::vector<std::string> effective_capabilities(const std::vector<std::string>& add,
                                                const std::vector<std::string>& drop);

// Of a container: the above, or all that there are (--privileged, which --cap-drop does not change, as with Docker).
std::vector<std::string> capabilities_of(const Settings& settings);

}  // namespace engine
