// When the next probe of a container's health is due, and the command that carries it out.
// Reads: timerfd_create(2), pidfd_open(2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/sys/process.h"

namespace engine {

struct ProbePlan {
  std::vector<std::string> command;
  std::int64_t interval =
      0;  // nanoseconds from the start, and from the end of one probe to the next; 0: no probes
};

class ProbeClock {
 public:
  // `main` is the container's first process.
  explicit ProbeClock(ProbePlan plan, pid_t main = 0);
  // Gives the probe under way a moment to see that its container has ended.
  ~ProbeClock();
  ProbeClock(const ProbeClock&) = delete;
  ProbeClock& operator=(const ProbeClock&) = delete;
  // What poll(2) is to watch: the time of the next probe, or the end of the one under way; -1 for nothing.
  int descriptor() const { return probe_ ? probe_.pidfd() : timer_.get(); }
  // When that is readable.
  void serve();
  // How `main` has ended, if it was reaped here.
  std::optional<sys::ExitStatus> main_ended() const { return main_ended_; }

 private:
  ProbePlan plan_;
  sys::UniqueFd timer_;
  sys::Child probe_;
  pid_t main_;
  std::optional<sys::ExitStatus> main_ended_;
};

}  // namespace engine
