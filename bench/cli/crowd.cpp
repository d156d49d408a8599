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
  for (const std::string& id : ids_) {
    try {
      timed_run(runtime_.verb("delete", id, {"--force"}), std::chrono::seconds(20));
    } catch (const std::exception&) {
      // Interrupted again, say: the others shall go all the same.
    }
  }
}

}  // namespace bench
