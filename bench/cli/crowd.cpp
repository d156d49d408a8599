// See crowd.h.
#include "bench/cli/crowd.h"

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
  while (static_cast<int>(names_.size()) < count) {
    names_.push_back(engine_.next_name());
    run_or_throw(engine_.run_detached(names_.back(), kUntilTold));
    progress(static_cast<int>(names_.size()));
  }
}

}  // namespace bench
