// Start times. See workload.h.
#include <chrono>
#include <cmath>

#include "bench/workloads/answer.h"
#include "bench/workloads/workload.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 150ms;

double nanoseconds(Instant::duration duration) {
  return static_cast<double>(std::chrono::duration_cast<Nanoseconds>(duration).count());
}

}  // namespace

std::vector<Value> Start::measure(Platform& platform) const {
  const Arguments program = {"workload", "start"};
  if (pace_ == Pace::paced) {
    pause_for(kPause);
  } else {
    // WHY: platforms are shuffled; one start that is not measured puts this one into a loop of its own kind.
    platform.run(program);
  }
  const Run run = platform.run(program);
  const auto answer = answer_of(run);
  if (!run.first_byte) throw std::runtime_error("no output");
  std::vector<Value> values = {{"to_exit", "ns", nanoseconds(run.exit - run.request)},
                               {"to_first_byte", "ns", nanoseconds(*run.first_byte - run.request)}};
  // A virtual machine's clock is its own, so its first instruction is only known to lie before its first byte.
  if (platform.technique() != Technique::vm) {
    const double to_main = number_of(answer, "monotonic_ns") - nanoseconds(run.request.time_since_epoch());
    // In a time namespace the clock may be shifted: no number rather than a wrong one.
    if (to_main > 0 && to_main < nanoseconds(*run.first_byte - run.request)) {
      values.push_back({"to_main", "ns", to_main});
    }
  }
  for (const auto& [stage, duration] : run.stages)
    values.push_back({"stage_" + stage, "ns", nanoseconds(duration)});
  return values;
}

}  // namespace bench
