// VMs that run detached: `create`, `run -d`, `start`. What the container monitor is to a container, a supervisor is to such
// a VM: `vm-launcher supervise NAME`, in a session of its own, holds the VM's lock, libvirt, and the agent's line.
//
//     vm-launcher run -d                           vm-launcher supervise
//           |  config.json, state "created"             |
//           |-- start the supervisor ------------------>|
//           |                                           |  boot, run the command
//           |<-- "0" (or a code and why) ---------------|  once the command has started
//           |  print the name, end                      |  serve exec, stop, ...; log; record how it ended
//
// An end of the pipe without a code means that the supervisor was killed.
#pragma once

#include <string>

#include "vm-launcher/launch/run.h"

namespace vm {

// Makes the VM's folder. Returns its name.
std::string create_vm(RunRequest request);

// Starts the supervisor and waits until the command runs. Returns 0, or the exit code for the user, who has been told.
int start_vm(const std::string& name);

// The supervisor itself. `report` is the pipe to whoever started it.
int supervise(const std::string& name, int report, Timeline& timeline);

}  // namespace vm
