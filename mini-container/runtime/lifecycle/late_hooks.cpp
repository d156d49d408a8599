// See late_hooks.h.
#include "mini-container/runtime/lifecycle/late_hooks.h"

#include "base/trace/phase.h"
#include "mini-container/runtime/process/hooks.h"

namespace lifecycle {

void run_late_hooks(const std::vector<spec::Hook>& hooks, const std::string& member, const spec::State& state,
                    spec::Status status) {
  if (hooks.empty()) return;
  const trace::Phase phase("late hooks", "programs of the engine; their failures are only warnings");
  for (const std::string& warning :
       process::run_hooks_to_the_end(hooks, member, spec::to_oci_json(state, status)))
    trace::warn(warning);
}

void PoststopHooks::run() {
  run_late_hooks(std::exchange(hooks_, {}), "hooks.poststop", state_, spec::Status::stopped);
}

}  // namespace lifecycle
