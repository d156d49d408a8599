// The last steps of a process that is already in the container: it gives up what it may not keep and becomes the
// user's program. The order is the whole point. Reads: capabilities(7), seccomp(2), prctl(2), execve(2).
#pragma once

#include <string>

#include "mini-container/runtime/lifecycle/descriptors.h"
#include "mini-container/runtime/lifecycle/plans.h"

namespace lifecycle {

[[noreturn]] void become(const ProcessPlans& plans, const std::string& program,
                         const PassedDescriptors& passed);

}  // namespace lifecycle
