// See registry.h.
#include "mini-container/engine/registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/file.h"
#include "mini-container/engine/cgroups.h"
#include "mini-container/engine/names.h"

namespace engine {

sys::UniqueFd Registry::creation_lock() const {
  return sys::lock_file(paths_.run + "/create.lock");
}

namespace {

std::runtime_error name_in_use(const std::string& name, const std::string& id) {
  return std::runtime_error(fmt::format(
      "Conflict. The container name \"/{0}\" is already in use by container \"{1}\". You have to remove "
      "(or rename) that container to be able to reuse that name. Next: mini-container rm {0}",
      name, id));
}

}  // namespace

bool Registry::owns(const std::string& id, const std::string& name) const {
  return !name.empty() && sys::readlink_if_present(link_of(name)) == id;
}

void Registry::claim_name(Container& container) const {
  const auto claim = [&](const std::string& name) {
    container.name = name;
    return sys::symlinkat_if_missing(container.id, AT_FDCWD, link_of(name));
  };
  if (!container.name.empty()) {
    if (claim(container.name)) return;
    throw name_in_use(container.name, sys::readlink_if_present(link_of(container.name)).value_or(""));
  }
  std::uint64_t number = random_number();
  if (claim(name_for(number))) return;
  // Taken: the same words with a number, as many as it takes.
  while (!claim(fmt::format("{}{}", name_for(number), random_number() % 100'000))) {
    number = random_number();
  }
}

sys::UniqueFd Registry::add(Container& container) const {
  const std::string directory = this->directory(container.id);
  // ORDER: whoever finds a directory without record takes this lock first, and so never one that is in the
  // making.
  const sys::UniqueFd creation = creation_lock();
  sys::mkdir(directory, 0710);
  sys::UniqueFd lock = sys::lock_file(directory + "/lock");
  try {
    claim_name(container);
    save(container);
  } catch (...) {
    if (owns(container.id, container.name)) sys::unlink_if_present(link_of(container.name));
    remove(container.id);
    throw;
  }
  return lock;
}

void Registry::save(const Container& container) const {
  const std::string path = directory(container.id) + "/container.json";
  std::string text = to_json(container);
  try {
    sys::replace_file(path, text, 0640);
  } catch (const sys::Error& error) {
    const auto old = sys::stat_if_present(path);
    if (error.error() != ENOSPC || !old) throw;
    // WHY: on a full disk containers must still be stopped and removed, or it stays full. Where the old record is, there is
    // room; blanks at its end say nothing in JSON.
    text.resize(std::max(text.size(), static_cast<std::size_t>(old->st_size)), ' ');
    sys::write_existing_file(path, text);
  }
}

std::optional<Container> Registry::change(const std::string& id,
                                          const std::function<void(Container&)>& edit) const {
  const sys::UniqueFd writer = sys::lock_directory_if_present(directory(id));
  auto container = writer ? load(id) : std::nullopt;
  if (!container) return std::nullopt;
  edit(*container);
  save(*container);
  return container;
}

void Registry::rename(const std::string& id, const std::string& name) const {
  const sys::UniqueFd creation = creation_lock();
  if (const auto other = sys::readlink_if_present(link_of(name))) throw name_in_use(name, *other);
  // ORDER: first the record says what is meant, then the link is moved in one step. Killed in between, the next command
  // knows both names and finishes the move.
  const auto meant = change(id, [&](Container& container) {
    container.renamed_from = container.name;
    container.name = name;
  });
  if (!meant) throw NoSuchContainer("No such container: " + short_id(id));
  sys::rename(link_of(meant->renamed_from), link_of(name));
  change(id, [](Container& container) { container.renamed_from.clear(); });
  journal().add(*meant, "rename", {{"oldName", "/" + meant->renamed_from}});
}

void Registry::finish_renaming(const std::string& id) const {
  // A renaming that is alive holds this lock.
  const sys::UniqueFd creation = creation_lock();
  const auto container = load(id);
  if (!container || container->renamed_from.empty()) return;
  const bool moved = owns(id, container->name);
  const bool taken = !moved && sys::readlink_if_present(link_of(container->name));
  if (!moved && !taken) sys::rename(link_of(container->renamed_from), link_of(container->name));
  change(id, [&](Container& one) {
    if (taken) one.name = one.renamed_from;
    one.renamed_from.clear();
  });
}

bool Registry::finish_removal(const Container& seen) const {
  if (!seen.renamed_from.empty() || owns(seen.id, seen.name)) return false;
  // A renaming that is alive holds this lock; only what is seen under it counts.
  const sys::UniqueFd creation = creation_lock();
  const auto container = load(seen.id);
  if (!container || !container->renamed_from.empty() || owns(seen.id, container->name)) return false;
  remove(seen.id);
  return true;
}

void Registry::remove(const std::string& id) const {
  const sys::UniqueFd writer = sys::lock_directory_if_present(directory(id));
  const auto container = load(id);
  // ORDER: the name first. A directory without a name is found and removed; a name without directory would
  // be taken for ever. Then the record, which without its lock would look guarded for ever.
  if (container) {
    for (const std::string& name : {container->name, container->renamed_from})
      if (owns(id, name)) sys::unlink_if_present(link_of(name));
  }
  sys::unlink_if_present(directory(id) + "/container.json");
  sys::remove_tree(directory(id));
}

std::optional<Container> Registry::load(const std::string& id) const {
  const std::string path = directory(id) + "/container.json";
  const auto text = sys::read_file_if_present(path);
  if (!text) return std::nullopt;
  return container_from_json(*text, path);
}

Container Registry::observed(Container container) const {
  container.paused = container.running() && is_frozen(cgroup_path(paths_, container.id));
  return container;
}

std::vector<std::string> Registry::ids() const {
  if (!sys::exists(paths_.containers)) return {};
  return sys::list_directory(paths_.containers);
}

std::vector<Container> Registry::list() const {
  std::vector<Container> containers;
  for (const std::string& id : ids()) {
    if (auto container = load(id)) containers.push_back(observed(std::move(*container)));
  }
  std::stable_sort(containers.begin(), containers.end(),
                   [](const Container& one, const Container& other) { return one.created > other.created; });
  return containers;
}

Container Registry::get(const std::string& text) const {
  const bool path = text.empty() || text.find('/') != std::string::npos;
  if (const auto id = path ? std::nullopt : sys::readlink_if_present(paths_.names + "/" + text)) {
    if (auto container = load(*id)) return observed(std::move(*container));
  }
  std::vector<std::string> fitting;
  for (const std::string& id : path ? std::vector<std::string>() : ids()) {
    if (id.starts_with(text)) fitting.push_back(id);
  }
  if (fitting.size() > 1) {
    throw std::invalid_argument(fmt::format(
        "\"{}\" fits {} containers. Next: more digits of the id, or the name", text, fitting.size()));
  }
  auto container = fitting.empty() ? std::nullopt : load(fitting.front());
  if (!container) {
    throw NoSuchContainer(fmt::format("No such container: {}. Next: mini-container ps -a lists all", text));
  }
  return observed(std::move(*container));
}

sys::UniqueFd Registry::lock(const std::string& id) const {
  sys::UniqueFd held = sys::lock_file_if_present(directory(id) + "/lock");
  // WHY: the file may have lost its name while we waited for its lock.
  if (held && !sys::exists(directory(id) + "/container.json")) return {};
  return held;
}

sys::UniqueFd Registry::try_lock(const std::string& id) const {
  return sys::try_lock_file_if_present(directory(id) + "/lock");
}

bool Registry::remove_unfinished(const std::string& id) const {
  const sys::UniqueFd creation = creation_lock();
  const std::string directory = this->directory(id);
  if (sys::exists(directory + "/container.json")) return false;
  // A removal that was killed half-way looks the same; its guardian, if alive, holds the lock.
  if (sys::exists(directory + "/lock") && !sys::try_lock_file_if_present(directory + "/lock")) return false;
  // ORDER: the name first, as in remove().
  for (const std::string& name : sys::list_directory(paths_.names))
    if (owns(id, name)) sys::unlink_if_present(link_of(name));
  return sys::remove_tree(directory);
}

}  // namespace engine
