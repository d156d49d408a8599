// What a VM's network means for its two sides: the machine that QEMU makes, and what guest-init is to set up.
// Three kinds: none; "user", which QEMU plays by itself (domain/network.h); and a port on a bridge (state/bridge_port.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vm-launcher/launch/run.h"
#include "vm-launcher/protocol/messages.h"

namespace vm {

bool stands_on_bridge(const RunRequest& request);
// As mini-container's -p.
std::vector<std::string> published_by(const std::vector<PortForward>& ports);

// Without a port: nothing, or QEMU's network.
void stand_on(const std::optional<BridgePort>& port, Machine& machine, VmState& state);
protocol::Network network_order(const std::optional<BridgePort>& port);

}  // namespace vm
