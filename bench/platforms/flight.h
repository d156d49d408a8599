// Commands that run at the same time. Reads: poll(2), pidfd_open(2).
#pragma once

#include <functional>
#include <vector>

#include "base/sys/process.h"
#include "bench/platforms/timed_run.h"

namespace bench {

// Keeps so many of `commands` running until all have ended; each must succeed, without a word to anybody.
class Flight {
 public:
  // Hears how many have ended.
  using Progress = std::function<void(int)>;
  explicit Flight(std::vector<Arguments> commands, Progress progress = {})
      : commands_(std::move(commands)), progress_(std::move(progress)) {}

  // Throws std::runtime_error for one that fails or does not end, Interrupted for a signal; the others are killed then.
  void run(std::size_t in_flight);

 private:
  void start();
  void reap();

  std::vector<Arguments> commands_;
  Progress progress_;
  std::vector<sys::Child> running_;
  std::size_t next_ = 0;
};

}  // namespace bench
