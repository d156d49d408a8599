// See restart.h; and what the guardian of a container with a policy does at its end.
#include "mini-container/engine/restart.h"

#include <algorithm>
#include <ctime>

#include "mini-container/engine/engine.h"

namespace engine {

bool wants_restart(const Container& container, int code) {
  const RestartPolicy& policy = container.settings.restart;
  if (container.stop_requested) return false;
  if (policy.name == "on-failure") {
    return code != 0 && (policy.retries == 0 || container.restarts < policy.retries);
  }
  return policy.name == "always" || policy.name == "unless-stopped";
}

std::chrono::milliseconds restart_delay(int restarts) {
  constexpr int kDoublings = 10;
  constexpr std::chrono::milliseconds kFirst(100), kLongest(60'000);
  return std::min(kFirst * (1 << std::clamp(restarts, 0, kDoublings)), kLongest);
}

bool ran_well(std::int64_t started, std::int64_t ended) {
  constexpr std::int64_t kSeconds = 10;
  return ended - started >= kSeconds;
}

void Engine::finish(const std::string& id, int code, sys::UniqueFd lock) {
  const auto ended = registry_.load(id);
  if (!ended || !wants_restart(*ended, code)) return engine::finish(registry_, id, code, lock.get());
  const bool starved = note_end(registry_, *ended, code);
  take_down(registry_, *ended);
  const std::int64_t now = std::time(nullptr);
  const bool well = ran_well(seconds_of(ended->started).value_or(now), now);
  const auto waiting = registry_.change(id, [&](Container& record) {
    record.status = "restarting";
    record.pid = 0;
    record.exit_code = code;
    record.finished = timestamp();
    record.out_of_memory = starved;
    record.endpoints.clear();
    record.published.clear();
    // Retries are counted in a row.
    record.restarts = well ? 0 : record.restarts;
  });
  if (!waiting || !wait_for_turn(id, restart_delay(waiting->restarts))) {
    return engine::finish(registry_, id, code, lock.get());
  }
  const auto current = registry_.change(id, [](Container& record) {
    record.status = "starting";
    ++record.restarts;
  });
  relaunch(*current, std::move(lock), [](Launch& launch) {
    launch.detached();
    return 0;
  });
}

bool Engine::wait_for_turn(const std::string& id, std::chrono::milliseconds delay) const {
  constexpr std::chrono::milliseconds kLook(50);
  for (std::chrono::milliseconds waited(0); waited < delay; waited += kLook) {
    sys::poll({}, static_cast<int>(std::min(kLook, delay - waited).count()));
    const auto record = registry_.load(id);
    if (!record || record->stop_requested) return false;
  }
  return true;
}

}  // namespace engine
