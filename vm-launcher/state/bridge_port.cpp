// See bridge_port.h.
#include "vm-launcher/state/bridge_port.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/console.h"
#include "base/sys/file.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cache/program.h"

namespace vm {

namespace {

constexpr char kLock[] = "/bridge";
constexpr std::string_view kEngine = "mini-container: ";

std::string name_of(const std::string& folder) {
  return folder.substr(folder.rfind('/') + 1);
}

// What mini-container had to say, without its name.
std::string words_of(std::string said) {
  while (said.ends_with('\n'))
    said.pop_back();
  return said.starts_with(kEngine) ? said.substr(kEngine.size()) : said;
}

}  // namespace

BridgePort parse_port_answer(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    BridgePort port;
    port.link = json.at("Link");
    port.mac = json.at("MacAddress");
    port.mtu = json.at("Mtu");
    port.address = json.at("IPAddress");
    port.prefix = json.at("IPPrefixLen");
    port.gateway = json.at("Gateway");
    port.resolv_conf = json.at("ResolvConf");
    return port;
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(fmt::format("mini-container network plug: {}", error.what()));
  }
}

BridgePort plug(const std::string& folder, const std::string& network,
                const std::vector<std::string>& published) {
  const trace::Phase phase(
      "a port on the bridge",
      "mini-container makes a tap beside the containers' veths, with an address and a name");
  // ORDER: locked before mini-container hears of it, which takes away what nobody holds.
  sys::UniqueFd lock = sys::lock_file(folder + kLock);
  std::vector<std::string> command = {sibling_program("mini-container"),
                                      "network",
                                      "plug",
                                      network,
                                      name_of(folder),
                                      "--lock",
                                      folder + kLock};
  for (const std::string& port : published)
    command.insert(command.end(), {"-p", port});
  const ProgramResult answer = run_program(command, sys::trace_inheritance());
  if (answer.code != 0)
    throw std::runtime_error(fmt::format("--network {}: {}", network, words_of(answer.error)));
  if (!answer.error.empty()) sys::complain("vm-launcher", words_of(answer.error));
  BridgePort port = parse_port_answer(answer.output);
  port.lock = std::move(lock);
  return port;
}

void unplug(const std::string& folder) {
  if (!sys::exists(folder + kLock)) return;
  // WHY whatever the exit code: without the lock file the next command of mini-container takes the port away.
  run_program({sibling_program("mini-container"), "network", "unplug", name_of(folder)});
  sys::unlink_if_present(folder + kLock);
}

}  // namespace vm
