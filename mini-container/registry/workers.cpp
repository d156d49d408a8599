// See workers.h.
#include "mini-container/registry/workers.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/trace/sink.h"

namespace registry {

namespace {
// As Docker's max-concurrent-downloads.
constexpr std::size_t kWorkers = 3;
}  // namespace

void side_by_side(std::size_t count, const std::function<void(std::size_t, Connection&)>& act) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failed;
  const auto work = [&] {
    try {
      Connection connection;
      for (std::size_t index = next++; index < count; index = next++)
        act(index, connection);
    } catch (...) {
      next = count;
      const std::scoped_lock lock(mutex);
      if (!failed) failed = std::current_exception();
    }
  };
  if (trace::listening()) {
    work();
  } else {
    std::vector<std::jthread> workers;
    for (std::size_t worker = 0; worker < std::min(count, kWorkers); ++worker)
      workers.emplace_back(work);
  }
  if (failed) std::rethrow_exception(failed);
}

}  // namespace registry
