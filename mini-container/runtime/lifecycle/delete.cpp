// `delete`: removes what create made, in the reverse order, and the remains of a create that was killed half way.
// Mounts need no removal: they vanish with the mount namespace, and that with its last process.
#include <fmt/format.h>

#include "base/sys/file.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "mini-container/runtime/lifecycle/late_hooks.h"
#include "mini-container/runtime/spec/parse.h"

namespace lifecycle {

namespace {

void kill_and_wait(const Container& container) {
  const trace::Phase phase("kill", "the end of its first process ends a pid namespace and all in it");
  kill_first_process(container);
}

void remove_cgroups(const spec::State& state) {
  const trace::Phase phase("remove control groups", "with whatever still runs in them");
  open_cgroup(state).remove();
}

void run_poststop(const StateDir& directory, const spec::State& state) {
  // A create that was killed before its record was whole came to no hooks.
  if (state.bundle.empty()) return;
  const auto text = sys::read_file_if_present(directory.file("config.json"));
  if (!text) return;
  run_late_hooks(spec::parse_config(*text).hooks.poststop, "hooks.poststop", state, spec::Status::stopped);
}

void remove_existing(const std::string& root, const std::string& id, bool force) {
  StateDir directory = StateDir::open(root, id);
  const Container container = find_container(root, id);
  // A created container runs nothing of the user's yet, so there is nothing to lose.
  if (container.alive() && !force && container.status != spec::Status::created) {
    throw std::runtime_error(fmt::format(
        "container \"{}\" is {}. Stop it first (mini-runtime kill {} KILL), or delete it with --force", id,
        name_of(container.status), id));
  }
  if (container.alive()) kill_and_wait(container);
  remove_cgroups(container.state);
  run_poststop(directory, container.state);
  directory.remove();
}

}  // namespace

void remove(const std::string& root, const std::string& id, bool force) {
  try {
    remove_existing(root, id, force);
  } catch (const NoSuchContainer&) {
    if (!force) throw;
  }
}

}  // namespace lifecycle
