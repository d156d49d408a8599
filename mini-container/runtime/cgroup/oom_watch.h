// Hearing that the kernel found a group out of memory, without asking again and again. v1: an eventfd(2) that
// cgroup.event_control ties to memory.oom_control. v2: memory.events changes, which inotify(7) reports.
// Reads: Linux admin-guide/cgroup-v1/memory.rst (OOM control), admin-guide/cgroup-v2.rst (memory.events).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/sys/fd.h"
#include "mini-container/runtime/cgroup/cgroup.h"

namespace cgroup {

class OomWatch {
 public:
  // nullopt if the container has no group that counts memory.
  static std::optional<OomWatch> start(const Cgroup& group);

  // Readable (poll(2)) when there may be news.
  int descriptor() const { return descriptor_.get(); }
  // Takes the news: how often the group was out of memory since the last time.
  std::uint64_t take();

 private:
  OomWatch(sys::UniqueFd descriptor, sys::UniqueFd control, std::string path, bool v2);
  std::uint64_t kills() const;

  sys::UniqueFd descriptor_;
  sys::UniqueFd control_;  // v1: memory.oom_control; the kernel forgets the tie when it closes
  std::string path_;
  bool v2_;
  std::uint64_t known_ = 0;
};

}  // namespace cgroup
