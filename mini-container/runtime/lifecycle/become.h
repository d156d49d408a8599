// The last steps of a process that is already in the container: it gives up what it may not keep and becomes the
// user's program. The order is the whole point. Reads: capabilities(7), seccomp(2), prctl(2), execve(2).
#pragma once

#include <string>
#include <vector>

#include "mini-container/runtime/lifecycle/descriptors.h"
#include "mini-container/runtime/lifecycle/listener.h"
#include "mini-container/runtime/lifecycle/plans.h"

namespace lifecycle {

struct BecomeOptions {
  const PassedDescriptors& passed;
  // Who is told about the filter, if it asks anybody: of which container, and which process of it.
  const Listener& listener;
  const spec::State& state;
  spec::Status status;
  pid_t pid;
};

// The program's, with HOME and what `passed` adds.
std::vector<std::string> environment_of(const process::Plan& plan, const PassedDescriptors& passed = {});

[[noreturn]] void become(const ProcessPlans& plans, const std::string& program, const BecomeOptions& options);

}  // namespace lifecycle
