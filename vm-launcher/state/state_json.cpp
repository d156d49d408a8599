// A VM's state as the file state.json, and back. See folder.h.
#include <nlohmann/json.hpp>

#include "vm-launcher/state/folder.h"

namespace vm {

namespace {

using nlohmann::json;

json to_json(const ProcessName& process) {
  return {{"pid", process.pid}, {"start_time", process.start_time}};
}

ProcessName process_from(const json& value) {
  return {value.at("pid").get<pid_t>(), value.at("start_time").get<std::uint64_t>()};
}

}  // namespace

std::string to_json(const VmState& state) {
  const json value = {{"name", state.name},
                      {"status", state.status},
                      {"image", state.image},
                      {"command", state.command},
                      {"profile", state.profile},
                      {"accelerator", state.accelerator},
                      {"start", state.start},
                      {"start_why", state.start_why},
                      {"created", state.created},
                      {"launcher", to_json(state.launcher)},
                      {"qemu", to_json(state.qemu)},
                      {"kept", state.kept},
                      {"memory_mib", state.memory_mib},
                      {"ports", state.ports},
                      {"network", state.network},
                      {"address", state.address},
                      {"link", state.link},
                      {"started", state.started},
                      {"finished", state.finished},
                      {"exit_code", state.exit_code},
                      {"trouble", state.trouble}};
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<VmState> parse_state(const std::string& text) {
  try {
    const json value = json::parse(text);
    VmState state;
    state.name = value.at("name");
    state.status = value.at("status");
    state.image = value.at("image");
    state.command = value.at("command").get<std::vector<std::string>>();
    state.profile = value.at("profile");
    state.accelerator = value.at("accelerator");
    state.start = value.at("start");
    state.start_why = value.at("start_why");
    state.created = value.at("created");
    state.launcher = process_from(value.at("launcher"));
    state.qemu = process_from(value.at("qemu"));
    state.kept = value.at("kept");
    state.memory_mib = value.at("memory_mib");
    state.ports = value.at("ports").get<std::vector<std::string>>();
    state.network = value.at("network");
    state.address = value.at("address");
    state.link = value.at("link");
    state.started = value.at("started");
    state.finished = value.at("finished");
    state.exit_code = value.at("exit_code");
    state.trouble = value.at("trouble");
    return state;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace vm
