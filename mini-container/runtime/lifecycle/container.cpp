// See container.h.
#include "mini-container/runtime/lifecycle/container.h"

#include <fmt/format.h>

#include <chrono>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "mini-container/runtime/lifecycle/state_dir.h"

namespace lifecycle {

namespace {

// A pidfd of the process that state.json means, or empty.
sys::UniqueFd first_process(const spec::State& state) {
  if (state.pid <= 0) return {};
  sys::UniqueFd pidfd = sys::pidfd_open(state.pid);
  if (!pidfd) return {};
  // ORDER: compared after the pidfd is open, so that the pid cannot change hands in between.
  if (sys::start_time(state.pid) != state.start_time) return {};
  const char process = sys::process_state(state.pid).value_or('X');
  return process == 'Z' || process == 'X' ? sys::UniqueFd() : std::move(pidfd);
}

spec::Status status_of(const Container& container) {
  const spec::State& state = container.state;
  if (state.pid == 0) {
    return is_locked(container.root, state.id) ? spec::Status::creating : spec::Status::stopped;
  }
  if (!container.alive()) return spec::Status::stopped;
  if (sys::exists(container.directory() + "/start")) return spec::Status::created;
  return open_cgroup(state).frozen() ? spec::Status::paused : spec::Status::running;
}

}  // namespace

Container find_container(const std::string& root, const std::string& id) {
  auto state = read_state(root, id);
  if (!state) throw NoSuchContainer(id);
  Container container{root, std::move(*state), {}, {}};
  container.pidfd = first_process(container.state);
  container.status = status_of(container);
  return container;
}

bool has_ended(const Container& container) {
  // A pidfd becomes readable when its process ends.
  pollfd ended{container.pidfd.get(), POLLIN, 0};
  return sys::poll({&ended, 1}, 0) != 0;
}

void kill_first_process(const Container& container) {
  using std::chrono::steady_clock;
  sys::pidfd_send_signal(container.pidfd.get(), SIGKILL);
  // ORDER: after the signal, so that nothing of it runs again; what is frozen dies only once it is thawed.
  if (container.status == spec::Status::paused) open_cgroup(container.state).thaw();
  // No polling: a pidfd becomes readable when its process ends.
  pollfd ended{container.pidfd.get(), POLLIN, 0};
  if (sys::poll({&ended, 1}, 100) == 0) cgroup::thaw_group_of(container.state.pid);
  const auto deadline = steady_clock::now() + std::chrono::seconds(10);
  while (sys::poll({&ended, 1}, 1000) == 0) {
    if (steady_clock::now() < deadline) continue;
    throw std::runtime_error(
        fmt::format("process {} was killed and does not end. Hint: one in state D cannot, nor can the first "
                    "of a pid namespace before "
                    "whoever started the others (exec) has waited for them",
                    container.state.pid));
  }
}

std::vector<cgroup::Placement> placements_of(const spec::State& state) {
  std::vector<cgroup::Placement> placements;
  placements.reserve(state.cgroups.size());
  for (const spec::GroupDirectory& group : state.cgroups)
    placements.push_back({group.name, group.path});
  return placements;
}

cgroup::Cgroup open_cgroup(const spec::State& state) {
  return cgroup::Cgroup::open(placements_of(state));
}

std::vector<spec::GroupDirectory> recorded(const std::vector<cgroup::Placement>& placements) {
  std::vector<spec::GroupDirectory> groups;
  groups.reserve(placements.size());
  for (const cgroup::Placement& placement : placements)
    groups.push_back({placement.name, placement.path});
  return groups;
}

}  // namespace lifecycle
