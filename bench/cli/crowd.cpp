// See crowd.h.
#include "bench/cli/crowd.h"

#include "bench/platforms/flight.h"

namespace bench {

void Crowd::grow_to(int count, const std::function<void(int)>& progress) {
  while (static_cast<int>(ids_.size()) < count) {
    runtime_.expect_together(count + 1);
    ids_.push_back(runtime_.next_id());
    run_or_throw(runtime_.start_detached(ids_.back(), kStanding));
    progress(static_cast<int>(ids_.size()));
  }
}

Crowd::~Crowd() {
  for (const std::string& id : ids_)
    run_whatever_comes(runtime_.verb("delete", id, {"--force"}), std::chrono::seconds(20));
}

void EngineCrowd::grow_to(int count, const std::function<void(int)>& progress) {
  // WHY several at a time: an engine that waits for its daemon, a bridge and a disk leaves processors idle.
  constexpr std::size_t kInFlight = 8;
  const auto there = static_cast<int>(names_.size());
  std::vector<Arguments> commands;
  while (static_cast<int>(names_.size()) < count) {
    names_.push_back(engine_.next_name());
    commands.push_back(engine_.run_detached(names_.back(), kUntilTold));
  }
  Flight(std::move(commands), [&](int made) { progress(there + made); }).run(kInFlight);
}

}  // namespace bench
