// A VM's state as the file state.json, and back. See folder.h.
#include <nlohmann/json.hpp>

#include "vm-launcher/state/folder.h"

namespace vm {

// Each member under its own name, all of them required.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ProcessName, pid, start_time)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(VmState, name, status, image, command, profile, accelerator, start,
                                   start_why, created, launcher, qemu, kept, memory_mib, ports, network,
                                   address, link, started, finished, exit_code, trouble)

std::string to_json(const VmState& state) {
  return nlohmann::json(state).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::optional<VmState> parse_state(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<VmState>();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace vm
