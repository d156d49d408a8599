// A VM's port on a bridge: in a network of mini-container's containers, who find the VM by its name and the VM them.
//
// The bridge, its addresses, names and rules are that program's, so it is asked, as it is for images. It knows the VM by a
// lock in the VM's folder, held as long as the VM's process lives: whatever is killed, the next command of either program
// takes the port away. Reads: docs/decisions/0032-vm-on-a-bridge.md.
#pragma once

#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace vm {

// What QEMU has to open, and what the guest has to set up.
struct BridgePort {
  std::string link;  // the tap
  std::string mac;
  unsigned mtu = 1500;
  std::string address;
  unsigned prefix = 16;
  std::string gateway;  // empty when the network leads nowhere
  std::string resolv_conf;
  sys::UniqueFd lock = {};
};
// Throws std::runtime_error for what is none.
BridgePort parse_port_answer(const std::string& json);

// For the VM of `folder`. `published` are mini-container's -p. Throws std::runtime_error in that program's words.
BridgePort plug(const std::string& folder, const std::string& network,
                const std::vector<std::string>& published);
// Nothing to do if there is none.
void unplug(const std::string& folder);

}  // namespace vm
