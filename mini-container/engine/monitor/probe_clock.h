// When the next probe of a container's health is due, and the command that carries it out.
// Reads: timerfd_create(2), pidfd_open(2).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/sys/process.h"

namespace engine {

// Nanoseconds.
struct ProbePace {
  std::int64_t interval = 0;        // from the start, and from the end of one probe to the next; 0: no probes
  std::int64_t start_period = 0;    // so long after the start, or until the first that is answered well ...
  std::int64_t start_interval = 0;  // ... this is the interval
};

struct ProbePlan {
  std::vector<std::string> command;  // ends with 0 when all is well
  ProbePace pace;
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
  std::int64_t until_next() const;
  ProbePlan plan_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  bool answered_well_ = false;
  sys::UniqueFd timer_;
  sys::Child probe_;
  pid_t main_;
  std::optional<sys::ExitStatus> main_ended_;
};

}  // namespace engine
