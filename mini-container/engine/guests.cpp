// See guests.h.
#include "mini-container/engine/guests.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/file.h"
#include "mini-container/engine/files.h"
#include "mini-container/engine/names.h"
#include "mini-container/network/bridge.h"
#include "mini-container/network/user_network.h"
#include "mini-container/network/whole.h"

namespace engine {

namespace {

bool is_locked(const std::string& file) {
  return sys::exists(file) && !sys::try_lock_file_if_present(file);
}

std::string port_json(const network::Network& network, const network::Attachment& attachment) {
  const auto bridge = network::find_bridge(network.place(), network::Netlink());
  if (!bridge) throw std::runtime_error(fmt::format("bridge {} has just been removed", network.place().link));
  std::vector<std::string> servers;
  if (network.definition().resolves_names()) servers.push_back(attachment.gateway);
  const nlohmann::json json = {{"Network", network.definition().name},
                               {"Link", attachment.host_link},
                               {"MacAddress", attachment.mac},
                               {"Mtu", bridge->mtu},
                               {"IPAddress", attachment.address},
                               {"IPPrefixLen", attachment.prefix},
                               {"Gateway", attachment.outward ? attachment.gateway : ""},
                               {"ResolvConf", resolv_conf(servers)}};
  return json.dump() + "\n";
}

}  // namespace

// Held by whoever changes guests, so that nobody takes out a machine that has just got its place anew.
sys::UniqueFd Guests::lock_all() const {
  return sys::lock_file(directory() + ".lock");
}

bool Guests::is_held(const std::string& name) const {
  const auto lock = sys::readlink_if_present(link_of(name));
  return lock && is_locked(*lock);
}

bool Guests::take_out(const std::string& name) const {
  const bool attached =
      network::detach_everywhere(registry_.paths().network, id_of(name), network::LinkEnd::now);
  return sys::unlink_if_present(link_of(name)) || attached;
}

std::string Guests::plug(const std::string& name, const std::string& lock,
                         const network::Definition& definition,
                         const std::vector<network::PortMapping>& ports) const {
  check_name(name);
  if (!network::governs_links()) {
    throw std::invalid_argument(
        "a guest stands on a bridge of the host, and only root has those. Next: --network user");
  }
  if (!is_locked(lock)) throw std::invalid_argument(fmt::format("--lock {}: nobody holds this lock", lock));
  sys::mkdir_if_missing(directory(), 0700);
  const sys::UniqueFd all = lock_all();
  take_out(name);
  if (sys::readlink_if_present(registry_.paths().names + "/" + name)) {
    throw std::runtime_error(fmt::format(
        "the name {} is in use by a container. Next: another name, or mini-container rm {}", name, name));
  }
  sys::symlinkat(lock, AT_FDCWD, link_of(name));
  const network::Network network = network_at(registry_.paths(), definition);
  try {
    network::AttachOptions options;
    options.ports = ports;
    options.ipv6 = false;
    options.names = {name};
    return port_json(network, network.attach(id_of(name), {}, options));
  } catch (...) {
    take_out(name);
    throw;
  }
}

bool Guests::unplug(const std::string& name) const {
  if (!sys::exists(directory())) return false;
  const sys::UniqueFd all = lock_all();
  return take_out(name);
}

std::vector<std::string> Guests::tidy() const {
  std::vector<std::string> lost = names();
  std::erase_if(lost, [&](const std::string& name) { return is_held(name); });
  if (lost.empty()) return lost;
  const sys::UniqueFd all = lock_all();
  // It may have got its place anew between the look and the lock.
  std::erase_if(lost, [&](const std::string& name) { return is_held(name) || !take_out(name); });
  return lost;
}

std::set<std::string> Guests::living() const {
  std::set<std::string> ids;
  for (const std::string& name : names())
    if (is_held(name)) ids.insert(id_of(name));
  return ids;
}

std::vector<std::string> Guests::in(const network::Definition& definition) const {
  std::vector<std::string> found = names();
  const network::Place place = network::place_of(registry_.paths().network, definition);
  std::erase_if(found, [&](const std::string& name) { return !sys::exists(place.record_of(id_of(name))); });
  return found;
}

std::vector<std::string> Guests::names() const {
  if (!sys::exists(directory())) return {};
  return sys::list_directory(directory());
}

}  // namespace engine
