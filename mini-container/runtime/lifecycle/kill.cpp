// `kill`, `pause` and `resume`: what is done to the processes of a running container; and `list`.
#include <fmt/format.h>

#include "base/sys/process.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "mini-container/runtime/lifecycle/state_dir.h"

namespace lifecycle {

namespace {

Container running(const std::string& root, const std::string& id) {
  Container container = find_container(root, id);
  if (!container.alive()) throw NotRunning(id, container.status);
  return container;
}

cgroup::Cgroup freezable(const std::string& root, const std::string& id) {
  cgroup::Cgroup group = open_cgroup(running(root, id).state);
  if (!group.empty()) return group;
  throw std::runtime_error(fmt::format("container \"{}\" has no control group that could be frozen", id));
}

}  // namespace

void kill(const std::string& root, const std::string& id, int signal, bool all) {
  if (all) {
    // SPEC asks nothing; engines stop what is left of a dead container with it, so a stopped one is fine.
    const Container container = find_container(root, id);
    const cgroup::Cgroup group = open_cgroup(container.state);
    if (!group.empty() || !container.alive()) {
      group.kill_all(signal);
      return;
    }
  }
  const Container container = running(root, id);
  if (!sys::pidfd_send_signal(container.pidfd.get(), signal)) throw NotRunning(id, spec::Status::stopped);
}

void pause(const std::string& root, const std::string& id) {
  freezable(root, id).freeze();
}

void resume(const std::string& root, const std::string& id) {
  const cgroup::Cgroup group = freezable(root, id);
  if (!group.frozen()) throw std::runtime_error(fmt::format("container \"{}\" is not paused", id));
  group.thaw();
}

std::vector<spec::ListedContainer> list(const std::string& root) {
  std::vector<spec::ListedContainer> containers;
  for (const std::string& id : container_ids(root)) {
    try {
      Container container = find_container(root, id);
      containers.push_back({std::move(container.state), container.status});
    } catch (const NoSuchContainer&) {
      continue;  // deleted since the directory was read
    }
  }
  return containers;
}

}  // namespace lifecycle
