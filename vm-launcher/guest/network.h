// The guest's one network: a virtio card, behind which QEMU plays the gateway and the name server, or a bridge of the host is.
// Reads: netdevice(7), resolv.conf(5), sysfs class/net.
#pragma once

#include "vm-launcher/protocol/messages.h"

namespace vm::guest {

// Waits for the card, gives it its address, the default route, and /etc/resolv.conf its name server.
void bring_up_network(const protocol::Network& network);

}  // namespace vm::guest
