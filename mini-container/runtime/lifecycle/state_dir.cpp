// See state_dir.h.
#include "mini-container/runtime/lifecycle/state_dir.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

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
  directory.lock_ = sys::lock_directory_if_present(path);
  return directory;
}

StateDir StateDir::open(const std::string& root, const std::string& id) {
  check_id(id);
  const std::string path = root + "/" + id;
  sys::UniqueFd lock = sys::lock_directory_if_present(path);
  // Whoever held the lock may have removed the container.
  if (!lock || sys::fstat(lock.get()).st_nlink == 0) throw NoSuchContainer(id);
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

void StateDir::record(const spec::State& state) const {
  sys::replace_file(file("state.json"), spec::to_json(state), 0600);
}

void StateDir::record_document(const std::string& document) const {
  sys::replace_file(file("config.json"), document, 0600);
}

void StateDir::publish(const spec::State& state) const {
  sys::symlinkat(fmt::format("{} {}", state.pid, state.start_time), AT_FDCWD, file("process"));
}

void StateDir::remove() {
  sys::remove_tree(path_);
  owned_ = false;
  lock_.reset();
}

std::optional<spec::State> read_state(const std::string& root, const std::string& id) {
  check_id(id);
  const std::string path = root + "/" + id;
  if (const auto text = sys::read_file_if_present(path + "/state.json")) {
    spec::State state = spec::parse_state(*text);
    if (const auto process = sys::readlink_if_present(path + "/process")) {
      std::istringstream(*process) >> state.pid >> state.start_time;
    }
    return state;
  }
  if (!sys::exists(path)) return std::nullopt;
  spec::State state;
  state.oci_version = spec::kSpecVersion;
  state.id = id;
  return state;
}

bool is_locked(const std::string& root, const std::string& id) {
  const std::string path = root + "/" + id;
  return sys::exists(path) && !sys::try_lock_directory_if_present(path);
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
