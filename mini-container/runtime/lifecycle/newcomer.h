// What `exec` asks for, worked out before a process exists: what it will be, and in which groups.
// Reads: OCI runtime-spec config.md (process), runc-exec(8).
#pragma once

#include "mini-container/runtime/lifecycle/commands.h"
#include "mini-container/runtime/spec/config.h"

namespace lifecycle {

// The process of --process, or else the container's own, with the changes of the command line. Validated.
spec::Process wanted_process(const spec::Config& config, const ExecOptions& options);

// The container's groups, or those below them that --cgroup names. Throws spec::Invalid for one that is not there.
cgroup::Cgroup wanted_groups(const spec::State& state, const ExecOptions& options);

}  // namespace lifecycle
