// Hooks: programs of the engine (network plug-ins, GPU set-up) that run at named points of a container's life, with
// its state on standard input. Reads: OCI runtime-spec config.md (POSIX-platform hooks), runtime.md (lifecycle).
#pragma once

#include <string>
#include <vector>

#include "mini-container/runtime/spec/config.h"

namespace process {

// Runs them in order; the first that fails ends it with an exception that names "hooks.prestart[0]".
void run_hooks(const std::vector<spec::Hook>& hooks, const std::string& member, const std::string& state);

// SPEC: failures of poststart and poststop are warnings, and the remaining hooks still run. Returns the warnings.
std::vector<std::string> run_hooks_to_the_end(const std::vector<spec::Hook>& hooks, const std::string& member,
                                              const std::string& state);

}  // namespace process
