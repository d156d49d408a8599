// See record.h.
#include "vm-launcher/launch/record.h"

#include <charconv>
#include <ctime>

#include "base/sys/file.h"
#include "base/sys/identity.h"

namespace vm {

VmState first_state(const RunRequest& request, const std::string& name, bool kept, const Machine& machine,
                    const std::vector<std::string>& command) {
  VmState state;
  state.name = name;
  state.status = "booting";
  state.image = request.own_system() ? request.disks.front().file : request.source.image;
  state.command = command;
  state.profile = name_of(machine.profile);
  state.accelerator = name_of(machine.accelerator);
  state.created = state.started = std::time(nullptr);
  state.launcher = name_process(sys::getpid()).value_or(ProcessName{});
  state.kept = kept;
  state.memory_mib = machine.memory_mib;
  for (const PortForward& port : request.ports)
    state.ports.push_back(to_string(port));
  state.network = request.network;
  return state;
}

void record(const VmFolder& folder, VmState state, const Ending& ending) {
  if (!state.kept) return;
  state.status = "exited";
  state.exit_code = ending.exit_code;
  state.trouble = ending.trouble;
  state.finished = std::time(nullptr);
  state.launcher = state.qemu = {};
  folder.write(state);
}

void write_timings(const std::string& where, const std::string& json) {
  if (where.empty()) return;
  if (!where.starts_with("fd:")) return sys::write_file_atomically(where, json);
  int fd = -1;
  std::from_chars(where.data() + 3, where.data() + where.size(), fd);
  sys::write_all(fd, json);
}

}  // namespace vm
