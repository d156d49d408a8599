// See flight.h.
#include "bench/platforms/flight.h"

#include <fmt/format.h>

namespace bench {

void Flight::run(std::size_t in_flight) {
  while (next_ < commands_.size() || !running_.empty()) {
    while (next_ < commands_.size() && running_.size() < in_flight)
      start();
    reap();
  }
}

void Flight::start() {
  sys::SpawnOptions options;
  options.own_session = true;
  options.output = options.error = -1;
  running_.push_back(sys::spawn(commands_[next_++], options));
}

void Flight::reap() {
  constexpr int kLongest = 20000;
  std::vector<pollfd> waiting;
  waiting.reserve(running_.size() + 1);
  waiting.push_back({interruption_descriptor(), POLLIN, 0});
  for (const sys::Child& child : running_)
    waiting.push_back({child.pidfd(), POLLIN, 0});
  if (sys::poll(waiting, kLongest) == 0) throw std::runtime_error("a start does not end");
  if (waiting[0].revents != 0) throw Interrupted();
  for (std::size_t i = running_.size(); i-- > 0;) {
    if (waiting[i + 1].revents == 0) continue;
    const int status = running_[i].wait().shell_code();
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    if (status != 0) throw std::runtime_error(fmt::format("a start ended with status {}", status));
  }
  if (progress_) progress_(static_cast<int>(next_ - running_.size()));
}

}  // namespace bench
