// The first process of a container, from its birth to the moment it becomes the user's program. It runs the
// runtime's own code inside the new namespaces, so it trusts nothing it finds there.
// Reads: clone(2), pid_namespaces(7), OCI runtime-spec runtime.md (lifecycle).
#pragma once

#include "mini-container/runtime/cgroup/cgroup.h"
#include "mini-container/runtime/lifecycle/listener.h"
#include "mini-container/runtime/lifecycle/plans.h"
#include "mini-container/runtime/rootfs/id_map.h"
#include "mini-container/runtime/rootfs/lent_devices.h"
#include "mini-container/runtime/spec/config.h"
#include "mini-container/runtime/spec/state.h"

namespace lifecycle {

struct LaunchOptions;

// What the child needs of its parent's memory, which it has as a copy.
struct InitContext {
  const Plans& plans;
  cgroup::Cgroup& cgroup;
  const spec::Config& config;
  const spec::State& state;
  const LaunchOptions& options;
  const rootfs::IdMappedTrees& id_mapped;
  const rootfs::LentDevices& lent_devices;
  const Listener& listener;
  // The parent's, to be closed: its end of the line, or the child would never see it close, and the lock, which
  // belongs to the open file and so would outlive the parent in the child.
  int parent_line = -1;
  int parent_lock = -1;
  int line = -1;
  int gate = -1;     // the listening socket of `create`; -1: wait on the line
  int console = -1;  // where the terminal's master end goes
};

// Returns only when something failed, after it told the parent: the exit status.
int init(const InitContext& context) noexcept;

}  // namespace lifecycle
