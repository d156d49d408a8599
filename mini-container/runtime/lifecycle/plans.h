// Everything that can be worked out before the first kernel object is made: one plan for each mechanism, from its
// own slice of the document. docs/decisions/0004-plans.md says why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mini-container/runtime/cgroup/plan.h"
#include "mini-container/runtime/namespaces/plan.h"
#include "mini-container/runtime/process/plan.h"
#include "mini-container/runtime/rootfs/plan.h"
#include "mini-container/runtime/security/capabilities.h"
#include "mini-container/runtime/security/seccomp.h"
#include "mini-container/runtime/spec/config.h"

namespace lifecycle {

// What the program itself becomes, by `run`, `start` and `exec` alike.
struct ProcessPlans {
  process::Plan process;
  std::optional<security::CapabilityPlan> capabilities;  // absent: as root as the caller
  std::optional<security::SeccompFilter> seccomp;
  bool can_set_groups = true;
};

struct Plans {
  namespaces::Plan namespaces;
  cgroup::Plan cgroup;
  rootfs::Plan rootfs;
  ProcessPlans process;
};

// How the container's control groups are treated, whatever the document asks.
struct Groups {
  bool make = true;
  bool run = false;                    // see cgroup::Request
  std::optional<bool> may_be_refused;  // go on without them; absent: if this is not the host's root
};

// The document of a bundle, read and validated. `text` receives the bytes, for later commands.
spec::Config load_config(const std::string& file, std::string& text);

// `bundle` is absolute; `filters` is where compiled seccomp filters are kept, empty for nowhere. Throws
// spec::Invalid.
Plans make_plans(const spec::Config& config, const std::string& bundle, const std::string& id,
                 const std::string& filters, const Groups& groups = {});

// "memory", "cpu,cpuacct", "unified": by this name state.json and mounts of type cgroup know a group.
std::string name_of(const cgroup::Directory& directory);

// Of `platform` the parts that are about the process: seccomp, personality.
ProcessPlans make_process_plans(const spec::Process& process, const spec::Linux& platform,
                                const std::string& filters, bool in_user_namespace);

}  // namespace lifecycle
