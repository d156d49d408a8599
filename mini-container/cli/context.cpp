// See commands.h: what all verbs share.
#include <iostream>

#include "mini-container/cli/commands.h"

namespace cli {

engine::Paths Context::paths() const {
  return engine::paths_of(root);
}

engine::Engine& Context::engine() {
  if (!engine_) {
    trace::set_role(trace::Role::engine);
    sys::start_tracing(trace);
    engine_ = std::make_unique<engine::Engine>(paths());
    engine_->reconcile();
  }
  return *engine_;
}

bool confirmed(bool force, const std::string& question) {
  if (force) return true;
  print(question + " [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

void print(const std::string& text) {
  const sys::UniqueFd no_pipe_signal = sys::signal_descriptor({SIGPIPE});
  sys::write_if_read(1, text);
}

}  // namespace cli
