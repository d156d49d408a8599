// The prompt of --step, see step_sink.h.
#include "base/trace/step_sink.h"

#include <fmt/format.h>

#include <cerrno>

namespace trace {

int StepSink::before(const CallEvent&) noexcept {
  if (state_ != State::stop_asked) return 0;
  state_ = State::stopped;
  return ECANCELED;
}

void StepSink::enter(const PhaseEvent& event) noexcept {
  before_.emplace_back();
  if (state_ != State::walking) return;
  console_->take_turn();
  console_->print(fmt::format("\n[{}] next: {}\n    why: {}\n    Enter to go on, q to stop: ",
                              name_of(role()), event.name, event.why));
  const bool go_on = console_->wait_for_enter();
  console_->end_turn();
  if (!go_on) {
    state_ = State::stop_asked;
    return;
  }
  before_.back() = console_->look();
}

void StepSink::leave(const PhaseEvent& event) noexcept {
  if (before_.empty()) return;
  const Views before = std::move(before_.back());
  before_.pop_back();
  if (state_ != State::walking) return;
  console_->print(
      fmt::format("[{}] done: {}\n{}", name_of(role()), event.name, changes(before, console_->look())));
}

}  // namespace trace
