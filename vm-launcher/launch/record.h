// What is written down of one VM's life: state.json for other commands, and the time stamps that --timings asks for.
#pragma once

#include <string>
#include <vector>

#include "vm-launcher/launch/run.h"

namespace vm {

// When QEMU is about to be started by this process.
VmState first_state(const RunRequest& request, const std::string& name, bool kept, const Machine& machine,
                    const std::vector<std::string>& command);

// The last of state.json, for a VM whose folder stays.
void record(const VmFolder& folder, VmState state, const Ending& ending);

// `where` is a file or "fd:N"; empty for nowhere.
void write_timings(const std::string& where, const std::string& json);

}  // namespace vm
