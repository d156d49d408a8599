// `events`: what a container uses, and that it ran out of memory. It sleeps in poll(2) until the kernel has news: the
// group's out-of-memory notice, the end of the first process (a pidfd becomes readable), or the time for figures.
// Reads: pidfd_open(2), cgroup/oom_watch.h.
#include <array>

#include "mini-container/runtime/cgroup/oom_watch.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "mini-container/runtime/spec/statistics.h"

namespace lifecycle {

namespace {

using Clock = std::chrono::steady_clock;

Container measurable(const std::string& root, const std::string& id) {
  Container container = find_container(root, id);
  if (!container.alive()) throw NotRunning(id, container.status);
  return container;
}

// Whole milliseconds, rounded up: poll would otherwise return a little too early, and again at once.
int left_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

}  // namespace

std::string statistics(const std::string& root, const std::string& id) {
  const Container container = measurable(root, id);
  return spec::statistics_event(id, open_cgroup(container.state).statistics());
}

void events(const std::string& root, const std::string& id, std::chrono::milliseconds interval,
            const std::function<void(const std::string&)>& line) {
  const Container container = measurable(root, id);
  const cgroup::Cgroup group = open_cgroup(container.state);
  auto watch = cgroup::OomWatch::start(group);
  std::array<pollfd, 2> watched = {
      {{container.pidfd.get(), POLLIN, 0}, {watch ? watch->descriptor() : -1, POLLIN, 0}}};
  auto next = Clock::now() + interval;
  while (true) {
    sys::poll(watched, left_until(next));
    // ORDER: before the end is noticed; the process may have ended of this.
    if (watched[1].revents != 0) {
      for (std::uint64_t count = watch->take(); count > 0; --count)
        line(spec::out_of_memory_event(id));
    }
    if (watched[0].revents != 0) return;
    if (Clock::now() < next) continue;
    line(spec::statistics_event(id, group.statistics()));
    next += interval;
  }
}

}  // namespace lifecycle
