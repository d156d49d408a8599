// What a guest that is ready hears before its command: its network, and what it mounts where.
#pragma once

#include <optional>

#include "vm-launcher/launch/run.h"
#include "vm-launcher/launch/supervisor.h"

namespace vm {

// `port` is the VM's on a bridge, if it has one.
void prepare(Supervisor& guest, const RunRequest& request, const std::optional<BridgePort>& port);

}  // namespace vm
