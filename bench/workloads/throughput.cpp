// Many starts at the same time. See runtimes.h.
#include <fmt/format.h>

#include "base/sys/process.h"
#include "bench/workloads/runtimes.h"

namespace bench {

namespace {

using std::chrono::steady_clock;

// Enough for the last in flight, when fewer are left to start, not to count for much.
constexpr int kStartsForEach = 8;
constexpr int kFewestStarts = 64;

// Keeps `in_flight` of `commands` running until all have ended.
class Flight {
 public:
  explicit Flight(std::vector<Arguments> commands) : commands_(std::move(commands)) {}

  void run(std::size_t in_flight) {
    while (next_ < commands_.size() || !running_.empty()) {
      while (next_ < commands_.size() && running_.size() < in_flight)
        start();
      reap();
    }
  }

 private:
  void start() {
    sys::SpawnOptions options;
    options.own_session = true;
    options.output = options.error = -1;
    running_.push_back(sys::spawn(commands_[next_++], options));
  }

  void reap() {
    std::vector<pollfd> waiting;
    waiting.reserve(running_.size() + 1);
    waiting.push_back({interruption_descriptor(), POLLIN, 0});
    for (const sys::Child& child : running_)
      waiting.push_back({child.pidfd(), POLLIN, 0});
    if (sys::poll(waiting, 20000) == 0) throw std::runtime_error("a start does not end");
    if (waiting[0].revents != 0) throw Interrupted();
    for (std::size_t i = running_.size(); i-- > 0;) {
      if (waiting[i + 1].revents == 0) continue;
      const int status = running_[i].wait().shell_code();
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      if (status != 0) throw std::runtime_error(fmt::format("a start ended with status {}", status));
    }
  }

  std::vector<Arguments> commands_;
  std::vector<sys::Child> running_;
  std::size_t next_ = 0;
};

}  // namespace

std::string Throughput::mode() const {
  return fmt::format("{} in flight", in_flight_);
}

std::vector<Value> Throughput::measure(Platform& platform) const {
  const int starts = std::max(kFewestStarts, kStartsForEach * in_flight_);
  platform.expect_together(starts);
  std::vector<Arguments> commands;
  commands.reserve(static_cast<std::size_t>(starts));
  for (int i = 0; i < starts; ++i)
    commands.push_back(platform.command({"nothing"}));
  Flight flight(std::move(commands));
  const auto begin = steady_clock::now();
  flight.run(static_cast<std::size_t>(in_flight_));
  const std::chrono::duration<double> took = steady_clock::now() - begin;
  platform.expect_together(1);
  return {{"starts", "per second", starts / took.count()}};
}

}  // namespace bench
