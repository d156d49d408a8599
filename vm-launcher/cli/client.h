// The other end of a VM's control socket (launch/control.h): what a verb asks of the process that holds the VM.
#pragma once

#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "vm-launcher/launch/streams.h"
#include "vm-launcher/state/folder.h"

namespace vm::cli {

// Of a VM that runs. Throws "No such VM: NAME", or that it does not run.
VmState running_vm(const std::string& name);
sys::UniqueFd reach(const std::string& name);

// Sends a line, and reads the answer to its end. Throws what the answer says is wrong.
std::string ask(const std::string& name, const std::string& line);

// One command in the guest, on a channel of its own, until it has ended.
struct Conversation {
  int input = -1;  // for none
  int output = 1;
  int error = 2;
  bool detached = false;  // only until it has started
};
Ending converse(const std::string& name, const protocol::Command& command, const Conversation& with);

// A tool of guest-init (guest/tools.h). Throws with what it had to say if it failed.
void use_tool(const std::string& name, const std::string& tool, const std::vector<std::string>& arguments,
              Conversation with);
std::string tool_output(const std::string& name, const std::string& tool,
                        const std::vector<std::string>& arguments);

}  // namespace vm::cli
