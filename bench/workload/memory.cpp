// Bandwidth as STREAM measures it, and latency by following a chain of pointers. See loops.h.
// Reads: McCalpin, Memory Bandwidth and Machine Balance in Current High Performance Computers (1995).
#include <fmt/format.h>

#include <numeric>
#include <vector>

#include "bench/workload/clock.h"
#include "bench/workload/loops.h"

namespace workload {

namespace {

// WHY noinline: otherwise a compiler sees that nobody reads what was written.
[[gnu::noinline]] void copy(std::vector<double>& to, const std::vector<double>& from) {
  for (std::size_t place = 0; place < to.size(); ++place)
    to[place] = from[place];
}
[[gnu::noinline]] void scale(std::vector<double>& to, const std::vector<double>& from) {
  for (std::size_t place = 0; place < to.size(); ++place)
    to[place] = 3.0 * from[place];
}
[[gnu::noinline]] void add(std::vector<double>& to, const std::vector<double>& one,
                           const std::vector<double>& other) {
  for (std::size_t place = 0; place < to.size(); ++place)
    to[place] = one[place] + other[place];
}
[[gnu::noinline]] void triad(std::vector<double>& to, const std::vector<double>& one,
                             const std::vector<double>& other) {
  for (std::size_t place = 0; place < to.size(); ++place)
    to[place] = one[place] + 3.0 * other[place];
}

// One ring through all places, in an order that no prefetcher guesses (Sattolo's shuffle).
std::vector<std::uint32_t> ring_of(std::size_t places) {
  std::vector<std::uint32_t> next(places);
  std::iota(next.begin(), next.end(), 0U);
  std::uint64_t state = 88172645463325252U;
  for (std::size_t left = places - 1; left > 0; --left) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    std::swap(next[left], next[state % left]);
  }
  return next;
}

double nanoseconds_a_step(std::size_t kilobytes, std::uint64_t steps, std::uint64_t& sum) {
  const auto next = ring_of(kilobytes * 1024 / sizeof(std::uint32_t));
  std::uint32_t place = 0;
  const auto start = Clock::now();
  for (std::uint64_t step = 0; step < steps; ++step)
    place = next[place];
  const auto spent = static_cast<double>(nanoseconds_since(start));
  sum += place;
  return spent / static_cast<double>(steps);
}

}  // namespace

std::string run_stream(std::uint64_t megabytes) {
  const std::size_t count = (megabytes << 20U) / sizeof(double);
  std::vector<double> a(count, 1.0);
  std::vector<double> b(count, 2.0);
  std::vector<double> c(count, 0.0);
  const auto timed = [](auto&& kernel) {
    const auto start = Clock::now();
    kernel();
    return nanoseconds_since(start);
  };
  const auto copied = timed([&] { copy(c, a); });
  const auto scaled = timed([&] { scale(b, c); });
  const auto added = timed([&] { add(c, a, b); });
  const auto triads = timed([&] { triad(a, b, c); });
  return fmt::format(R"({{"copy":{},"scale":{},"add":{},"triad":{},"sum":{}}})", copied, scaled, added,
                     triads, a.front() + a.back());
}

std::string run_chase(std::uint64_t steps) {
  std::uint64_t sum = 0;
  std::string members;
  // Inside a first cache, a second, a third, and none.
  for (const std::size_t kilobytes : {16, 256, 4096, 32768})
    members += fmt::format(R"("{}_kib":{:.3f},)", kilobytes, nanoseconds_a_step(kilobytes, steps, sum));
  return fmt::format(R"({{{}"sum":{}}})", members, sum);
}

}  // namespace workload
