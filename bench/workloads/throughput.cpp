// Many starts at the same time. See runtimes.h.
#include <fmt/format.h>

#include "bench/platforms/flight.h"
#include "bench/workloads/runtimes.h"

namespace bench {

namespace {

using std::chrono::steady_clock;

// Enough for the last in flight, when fewer are left to start, not to count for much.
constexpr int kStartsForEach = 8;
constexpr int kFewestStarts = 64;

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
