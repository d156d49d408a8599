// See probe_clock.h.
#include "mini-container/engine/monitor/probe_clock.h"

#include "base/sys/notice.h"
#include "base/sys/own_program.h"

namespace engine {

ProbeClock::ProbeClock(ProbePlan plan, pid_t main) : plan_(std::move(plan)), main_(main) {
  if (plan_.pace.interval > 0) timer_ = sys::timer(until_next());
}

ProbeClock::~ProbeClock() {
  constexpr int kMoment = 1000;
  pollfd polled = {probe_.pidfd(), POLLIN, 0};
  if (probe_) sys::poll({&polled, 1}, kMoment);
}

std::int64_t ProbeClock::until_next() const {
  const auto age = std::chrono::steady_clock::now() - started_;
  const bool starting = !answered_well_ && age < std::chrono::nanoseconds(plan_.pace.start_period);
  return starting ? plan_.pace.start_interval : plan_.pace.interval;
}

void ProbeClock::serve() {
  if (probe_) {
    if (probe_.wait().shell_code() == 0) answered_well_ = true;
    // WHY: what a killed probe leaves in the container becomes this process's child, and a pid namespace does not end before
    // its last zombie is reaped.
    pid_t ended = 0;
    while (const auto status = sys::reap_any(ended))
      if (ended == main_) main_ended_ = status;
    // Until the next one, what starts and reaps is not needed.
    sys::give_back_own_text();
  } else {
    timer_.reset();
    sys::SpawnOptions options;
    options.error = -1;
    // Keys that are pressed at the container's terminal are not for it.
    options.own_session = true;
    try {
      probe_ = sys::spawn(plan_.command, options);
    } catch (const sys::Error&) {
      // No process to be had now; a guardian does not end for that.
    }
  }
  if (!probe_) timer_ = sys::timer(until_next());
}

}  // namespace engine
