// What a container has of another one: --pid, --ipc, --uts and --network container:NAME. Reads: namespaces(7), docker-run(1).
#pragma once

#include <map>
#include <string>

#include "mini-container/engine/registry.h"

namespace engine {

// Type of the namespace, as the OCI document has it -> where the kernel shows that of the other one. Throws std::runtime_error
// if that does not run.
std::map<std::string, std::string> joined_namespaces(const Registry& registry, const Settings& settings);

// Writes /etc/hosts, /etc/hostname and /etc/resolv.conf of `container`. Whoever shares another's network has that one's, and
// its host name, which is recorded.
void write_name_files(const Registry& registry, Container& container);

}  // namespace engine
