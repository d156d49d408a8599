// The hooks that nothing depends on any more: poststart and poststop. Reads: OCI runtime-spec runtime.md (lifecycle).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mini-container/runtime/spec/config.h"
#include "mini-container/runtime/spec/state.h"

namespace lifecycle {

// SPEC: "If any poststart hook fails, the runtime MUST log a warning, but the remaining hooks and lifecycle continue";
// of poststop the same.
void run_late_hooks(const std::vector<spec::Hook>& hooks, const std::string& member, const spec::State& state,
                    spec::Status status);

// SPEC: a creation that fails, in a hook or otherwise, ends as every life does: with the poststop hooks. Run at the end
// of this object's life, unless kept. Move-only.
class PoststopHooks {
 public:
  PoststopHooks() = default;
  PoststopHooks(const spec::Config& config, const spec::State& state)
      : hooks_(config.hooks.poststop), state_(state) {}
  PoststopHooks(PoststopHooks&& other) noexcept
      : hooks_(std::exchange(other.hooks_, {})), state_(std::move(other.state_)) {}
  PoststopHooks& operator=(PoststopHooks&&) = delete;
  ~PoststopHooks() { run(); }
  // Now, instead of at the end.
  void run();
  // Leaves them to `delete`.
  void keep() { hooks_.clear(); }

 private:
  std::vector<spec::Hook> hooks_;
  spec::State state_;
};

}  // namespace lifecycle
