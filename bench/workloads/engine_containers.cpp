// Containers by themselves and together. See engines.h.
#include <fmt/format.h>

#include <algorithm>

#include "bench/workloads/engines.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

constexpr auto kDeadline = 60s;
// What `stop` waits before it insists, in nanoseconds.
constexpr double kPatience = 10e9;

}  // namespace

Engine& engine_of(Platform& platform) {
  auto* engine = dynamic_cast<Engine*>(&platform);
  if (engine == nullptr) throw Unmeasurable("it is no engine");
  return *engine;
}

std::vector<Value> Life::measure(Platform& platform) const {
  Engine& engine = engine_of(platform);
  const std::string name = engine.next_name();
  const auto took = [](const Arguments& command) { return successful_run(command, kDeadline).nanoseconds(); };
  pause_for(150ms);
  std::vector<Value> values;
  try {
    values.push_back({"run", "ns", took(engine.run_detached(name, kUntilTold))});
    values.push_back({"exec", "ns", took(engine.client({"exec", name, "nothing"}))});
    values.push_back({"stop", "ns", took(engine.client({"stop", name}))});
    values.push_back({"rm", "ns", took(engine.client({"rm", name}))});
  } catch (...) {
    engine.remove_containers({name});
    throw;
  }
  if (values[2].value > kPatience) throw std::runtime_error("the program did not end on SIGTERM");
  return values;
}

std::string List::mode() const {
  return fmt::format("{} running", running_);
}

std::vector<Value> List::measure(Platform& platform) const {
  const Engine& engine = engine_of(platform);
  const Run run = successful_run(engine.client({"ps"}), kDeadline);
  // The first line is the heading.
  const auto seen = std::count(run.output.begin(), run.output.end(), '\n') - 1;
  if (seen != running_) throw std::runtime_error(fmt::format("{} containers, not {}", seen, running_));
  return {{"to_exit", "ns", run.nanoseconds()}};
}

}  // namespace bench
