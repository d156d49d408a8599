// See leaks.h.
#include "mini-container/engine/leaks.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "mini-container/engine/at_work.h"
#include "mini-container/engine/cgroups.h"
#include "mini-container/engine/guests.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/volumes.h"
#include "mini-container/network/whole.h"

namespace engine {

namespace {

using Ids = std::set<std::string>;

std::vector<std::string> entries(const std::string& directory) {
  if (!sys::exists(directory)) return {};
  return sys::list_directory(directory);
}

// Containers whose guardian holds their lock.
Ids living(const Registry& registry) {
  Ids ids;
  for (const std::string& id : registry.ids()) {
    const bool lock_file = sys::exists(registry.directory(id) + "/lock");
    if (lock_file && !registry.try_lock(id)) ids.insert(id);
  }
  return ids;
}

void add_state(std::vector<Leak>& found, const Registry& registry, const Ids& alive) {
  for (const std::string& id : registry.ids()) {
    if (alive.contains(id)) continue;
    const auto container = registry.load(id);
    if (!container) found.push_back({"state", "directory without a record: " + registry.directory(id)});
    if (container && !container->at_rest()) {
      found.push_back({"state", fmt::format("container {} is recorded as {}, but nobody guards it",
                                            short_id(id), container->status)});
    }
  }
  for (const std::string& name : entries(registry.paths().names)) {
    const auto id = sys::readlink_if_present(registry.paths().names + "/" + name);
    if (!id) continue;
    const auto container = registry.load(*id);
    if (!sys::exists(registry.directory(*id))) found.push_back({"state", "name of no container: " + name});
    if (container && container->name != name)
      found.push_back({"state", fmt::format("container {} is recorded as {}, but found as {}", short_id(*id),
                                            container->name, name)});
  }
  for (const std::string& id : entries(registry.paths().runtime_state)) {
    // Names with a dot are the runtime's own, a cache for example.
    if (!id.starts_with('.') && !alive.contains(id)) {
      found.push_back({"state", "runtime state: " + registry.paths().runtime_state + "/" + id});
    }
  }
  for (const std::string& socket : entries(registry.paths().consoles)) {
    const bool owned = std::any_of(alive.begin(), alive.end(),
                                   [&](const std::string& id) { return socket.starts_with(short_id(id)); });
    if (!owned) found.push_back({"state", "console socket: " + registry.paths().consoles + "/" + socket});
  }
}

// The id in a path that goes through `directory`; "" if it does not.
std::string id_below(const std::string& path, const std::string& directory) {
  if (!path.starts_with(directory + "/")) return {};
  const std::string rest = path.substr(directory.size() + 1);
  return rest.substr(0, rest.find('/'));
}

void add_mounts(std::vector<Leak>& found, const Registry& registry, const Ids& alive) {
  for (const std::string& target : sys::mounts_below(registry.paths().containers)) {
    const std::string id = id_below(target, registry.paths().containers);
    if (!id.empty() && !alive.contains(id)) found.push_back({"mount", target});
  }
}

// The id in a cgroup's name, if it is of this root; "" if it is another root's.
std::string id_of_cgroup(const Paths& paths, const std::string& name) {
  const std::string mark = paths.mark.empty() ? "" : paths.mark + "-";
  const std::string id = name.starts_with(mark) ? name.substr(mark.size()) : "";
  return is_id(id) ? id : "";
}

void add_cgroups(std::vector<Leak>& found, const Registry& registry, const Ids& alive) {
  for (const std::string& hierarchy : hierarchies()) {
    if (!sys::exists(hierarchy + "/mini-container/cgroup.procs")) continue;
    for (const std::string& name : sys::list_directory(hierarchy + "/mini-container")) {
      const std::string id = id_of_cgroup(registry.paths(), name);
      if (!id.empty() && !alive.contains(id))
        found.push_back({"cgroup", fmt::format("{}/mini-container/{}", hierarchy, name)});
    }
  }
}

void add_processes(std::vector<Leak>& found, const Registry& registry, const Ids& alive) {
  for (const AtWork& program : programs_at_work(registry.paths())) {
    if (!alive.contains(program.container))
      found.push_back(
          {"process", fmt::format("{} for container {}", program.pid, short_id(program.container))});
  }
}

void add_networks(std::vector<Leak>& found, const Registry& registry, const Ids& alive) {
  const Guests guests(registry);
  Ids members = guests.living();
  for (const std::string& name : guests.names())
    if (!members.contains(Guests::id_of(name))) found.push_back({"network", "guest of no machine: " + name});
  members.insert(alive.begin(), alive.end());
  for (const std::string& leak : network::leaks(registry.paths().network, members))
    found.push_back({"network", leak});
}

}  // namespace

std::vector<Leak> leaks(const Registry& registry) {
  const Ids alive = living(registry);
  std::vector<Leak> found;
  add_state(found, registry, alive);
  add_mounts(found, registry, alive);
  add_cgroups(found, registry, alive);
  add_processes(found, registry, alive);
  for (const std::string& leak : Volumes(registry).leaks())
    found.push_back({"volume", leak});
  add_networks(found, registry, alive);
  return found;
}

std::string to_json(const std::vector<Leak>& leaks) {
  nlohmann::json list = nlohmann::json::array();
  for (const Leak& leak : leaks)
    list.push_back({{"kind", leak.kind}, {"what", leak.what}});
  return list.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace engine
