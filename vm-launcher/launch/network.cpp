// See network.h.
#include "vm-launcher/launch/network.h"

#include <fmt/format.h>

namespace vm {

bool stands_on_bridge(const RunRequest& request) {
  return request.network != "none" && request.network != "user";
}

std::vector<std::string> published_by(const std::vector<PortForward>& ports) {
  std::vector<std::string> texts;
  texts.reserve(ports.size());
  for (const PortForward& port : ports)
    texts.push_back(fmt::format("{}{}{}:{}/{}", port.host_address, port.host_address.empty() ? "" : ":",
                                port.host, port.guest, port.protocol));
  return texts;
}

void stand_on(const std::optional<BridgePort>& port, Machine& machine, VmState& state) {
  if (!port) {
    if (machine.network) state.address = kGuestAddress;
    return;
  }
  machine.tap = {port->link, port->mac, port->mtu};
  state.address = port->address;
  state.link = port->link;
}

protocol::Network network_order(const std::optional<BridgePort>& port) {
  if (port) return {port->address, port->prefix, port->gateway, port->resolv_conf};
  return {kGuestAddress, kGuestPrefix, kGateway, fmt::format("nameserver {}\n", kNameServer)};
}

}  // namespace vm
