// See state_dir.h.
#include "mini-container/runtime/lifecycle/state_dir.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/file.h"
#include "mini-container/runtime/spec/features.h"
#include "mini-container/runtime/spec/invalid.h"

namespace lifecycle {

NoSuchContainer::NoSuchContainer(const std::string& id)
    : std::runtime_error(fmt::format("container \"{}\" does not exist. See: mini-runtime list", id)) {}

void check_id(const std::string& id) {
  const auto fine = [](unsigned char character) {
    return std::isalnum(character) != 0 || character == '_' || character == '-' || character == '.' ||
           character == '+';
  };
  if (id.empty() || id.size() > 255 || id.front() == '.' || !std::all_of(id.begin(), id.end(), fine)) {
    throw spec::Invalid("container id", fmt::format("\"{}\" is not usable", id),
                        "Use up to 255 letters, digits and any of _ + - . but no dot in front");
  }
}

StateDir StateDir::create(const std::string& root, const std::string& id) {
  check_id(id);
  // WHY: 0711, so that a container's user can reach its root file system below, and list nothing.
  sys::mkdir_parents(root, 0711);
  const std::string path = root + "/" + id;
  if (!sys::mkdir_if_missing(path, 0711)) {
    throw std::runtime_error(fmt::format(
        "container \"{}\" exists already. Choose another id, or: mini-runtime delete --force {}", id, id));
  }
  StateDir directory(path, {}, true);
  directory.lock_ = sys::lock_file(directory.file("lock"));
  return directory;
}

StateDir StateDir::open(const std::string& root, const std::string& id) {
  check_id(id);
  const std::string path = root + "/" + id;
  sys::UniqueFd lock = sys::lock_file_if_present(path + "/lock");
  // Whoever held the lock may have removed the container, and a killed create may not have come to make it.
  if (!sys::exists(path)) throw NoSuchContainer(id);
  return {path, std::move(lock), false};
}

StateDir::~StateDir() {
  if (!owned_) return;
  try {
    remove();
  } catch (const std::exception& error) {
    trace::note(error.what());
  }
}

void StateDir::save(const spec::State& state) const {
  sys::replace_file(file("state.json"), spec::to_json(state), 0600);
}

void StateDir::remove() {
  sys::remove_tree(path_);
  owned_ = false;
  lock_.reset();
}

std::optional<spec::State> read_state(const std::string& root, const std::string& id) {
  check_id(id);
  const std::string path = root + "/" + id;
  if (const auto text = sys::read_file_if_present(path + "/state.json")) return spec::parse_state(*text);
  if (!sys::exists(path)) return std::nullopt;
  spec::State state;
  state.oci_version = spec::kSpecVersion;
  state.id = id;
  return state;
}

bool is_locked(const std::string& root, const std::string& id) {
  const std::string path = root + "/" + id + "/lock";
  return sys::exists(path) && !sys::try_lock_file(path);
}

std::vector<std::string> container_ids(const std::string& root) {
  if (!sys::exists(root)) return {};
  std::vector<std::string> ids = sys::list_directory(root);
  std::erase_if(ids, [](const std::string& name) { return name.starts_with('.'); });
  return ids;
}

std::string filter_directory(const std::string& root) {
  return root + "/.seccomp";
}

}  // namespace lifecycle
