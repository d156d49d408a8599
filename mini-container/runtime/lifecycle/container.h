// A container that exists, as commands after `create` find it: its recorded state, and whether its first process is
// still the one recorded. Reads: pidfd_open(2), proc(5), OCI runtime-spec runtime.md (state).
#pragma once

#include <stdexcept>
#include <string>

#include "base/sys/fd.h"
#include "mini-container/runtime/cgroup/cgroup.h"
#include "mini-container/runtime/spec/state.h"

namespace lifecycle {

struct Container {
  std::string root;  // of all state directories
  spec::State state;
  spec::Status status = spec::Status::stopped;
  sys::UniqueFd pidfd;  // of the first process; empty when it is gone

  std::string directory() const { return root + "/" + state.id; }
  bool alive() const { return static_cast<bool>(pidfd); }
};

// The words are runc's, by which containerd tells that there was nothing to kill.
class NotRunning : public std::runtime_error {
 public:
  NotRunning(const std::string& id, spec::Status status)
      : std::runtime_error("container not running: \"" + id + "\" is " + std::string(name_of(status))) {}
};

// Throws NoSuchContainer.
Container find_container(const std::string& root, const std::string& id);

// Has its first process ended since it was found?
bool has_ended(const Container& container);

// Kills the first process, which must be alive, frozen or not, and waits for its end. Throws if it does not come.
void kill_first_process(const Container& container);

std::vector<cgroup::Placement> placements_of(const spec::State& state);
cgroup::Cgroup open_cgroup(const spec::State& state);
std::vector<spec::GroupDirectory> recorded(const std::vector<cgroup::Placement>& placements);

}  // namespace lifecycle
