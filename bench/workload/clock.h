// The clock of all loops: CLOCK_MONOTONIC, whose differences are right in every time namespace.
#pragma once

#include <chrono>
#include <cstdint>

namespace workload {

using Clock = std::chrono::steady_clock;

inline std::int64_t nanoseconds_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

}  // namespace workload
