// --step: waits for Enter before each phase, and shows what changed for host and container while it ran.
//
// q, end of input or Ctrl-C at the prompt turn into ECANCELED for the next kernel call. That is the path that
// any failing call takes, so stopping a demonstration needs no clean-up code of its own.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/trace/sink.h"
#include "base/trace/views.h"

namespace trace {

// The terminal of the demonstration and the view of the system from it; base/sys/console.h has the real one.
class StepConsole {
 public:
  virtual ~StepConsole() = default;
  // Between these two no other process prompts.
  virtual void take_turn() noexcept {}
  virtual void end_turn() noexcept {}
  virtual void print(std::string_view text) noexcept = 0;
  // True to go on, false when the person wants to stop.
  virtual bool wait_for_enter() noexcept = 0;
  // Host and container as they are now.
  virtual Views look() noexcept = 0;
};

class StepSink : public Sink {
 public:
  explicit StepSink(std::unique_ptr<StepConsole> console) : console_(std::move(console)) {}
  int before(const CallEvent& event) noexcept override;
  void enter(const PhaseEvent& event) noexcept override;
  void leave(const PhaseEvent& event) noexcept override;

 private:
  enum class State { walking, stop_asked, stopped };
  std::unique_ptr<StepConsole> console_;
  State state_ = State::walking;
  std::vector<Views> before_;  // one snapshot per open phase
};

}  // namespace trace
