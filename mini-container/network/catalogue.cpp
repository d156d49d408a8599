// See catalogue.h.
#include "mini-container/network/catalogue.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/file.h"
#include "mini-container/network/netlink.h"

namespace network {

std::vector<Definition> Catalogue::list() const {
  std::vector<Definition> networks = predefined_networks(directory_);
  for (const std::string& name :
       sys::exists(directory_) ? sys::list_directory(directory_) : std::vector<std::string>()) {
    const std::string path = directory_ + "/" + name;
    const auto text = name.ends_with(".json") ? sys::read_file_if_present(path) : std::nullopt;
    if (text) networks.push_back(definition_from_json(*text, path));
  }
  std::sort(networks.begin(), networks.end(),
            [](const Definition& one, const Definition& other) { return one.name < other.name; });
  return networks;
}

Definition Catalogue::get(const std::string& text) const {
  std::vector<Definition> fitting;
  for (const Definition& one : list()) {
    if (one.name == text || one.id == text) return one;
    if (!text.empty() && one.id.starts_with(text)) fitting.push_back(one);
  }
  if (fitting.size() > 1) {
    throw NoSuchNetwork(
        fmt::format("network {} is ambiguous ({} matches found on id prefix)", text, fitting.size()));
  }
  if (fitting.empty())
    throw NoSuchNetwork(fmt::format("network {} not found. Next: mini-container network ls", text));
  return fitting.front();
}

void Catalogue::add(Definition& definition) const {
  check(definition);
  sys::mkdir_parents(directory_, 0700);
  // ORDER: taken before the others are looked at, so that of two commands one sees the other's.
  const sys::UniqueFd lock = sys::lock_directory_if_present(directory_);
  const auto others = list();
  const bool taken = std::any_of(others.begin(), others.end(),
                                 [&](const Definition& one) { return one.name == definition.name; });
  if (taken) throw std::runtime_error(fmt::format("network with name {} already exists", definition.name));
  if (definition.driver != "cni") {
    // A macvlan's subnet is that of its wire, which the host knows the way to.
    const auto routes = definition.driver == "macvlan" ? std::vector<Subnet>() : Netlink().routed_subnets();
    const Subnet subnet = choose_subnet(definition.subnet, others, routes);
    definition.subnet = to_string(subnet);
    if (definition.gateway.empty()) definition.gateway = address_text(gateway_of(subnet));
    definition.gateway6 = gateway6_of(definition);
  }
  sys::replace_file(path_of(definition.id), to_json(definition), 0600);
}

bool Catalogue::remove(const std::string& id) const {
  return sys::unlink_if_present(path_of(id));
}

}  // namespace network
