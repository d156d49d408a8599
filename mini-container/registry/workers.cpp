// See workers.h.
#include "mini-container/registry/workers.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

#include "base/trace/sink.h"

namespace registry {

namespace {
// As Docker's max-concurrent-downloads.
constexpr std::size_t kWorkers = 3;
}  // namespace

void side_by_side(std::size_t count, const std::function<void(std::size_t, Connection&)>& act) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    try {
      Connection connection;
      for (std::size_t index = next++; index < count; index = next++)
        act(index, connection);
    } catch (...) {
      next = count;
      throw;
    }
  };
  if (trace::listening()) return work();
  // ORDER: after what they use; the end of a future waits for its thread, also when another's failure is on its way up.
  std::vector<std::future<void>> workers;
  for (std::size_t worker = 0; worker < std::min(count, kWorkers); ++worker)
    workers.push_back(std::async(std::launch::async, work));
  for (std::future<void>& worker : workers)
    worker.get();
}

}  // namespace registry
