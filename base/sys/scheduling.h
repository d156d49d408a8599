// When a process gets the processor and the disk, on which processors it runs, from which nodes its memory comes, and
// which kernel it believes it runs on.
// Reads: sched(7), sched_setattr(2), sched_setaffinity(2), ioprio_set(2), set_mempolicy(2), numa(7), personality(2).
#pragma once

#include <cstdint>
#include <vector>

#include "base/sys/call.h"

namespace sys {

struct SchedulerAttributes {
  unsigned policy = 0;      // SCHED_*
  std::uint64_t flags = 0;  // SCHED_FLAG_*
  int nice = 0;
  unsigned priority = 0;
  std::uint64_t runtime = 0, deadline = 0, period = 0;  // nanoseconds
};
// All of these act on the calling thread.
void sched_setattr(const SchedulerAttributes& attributes, Where where = Where::current());
// Processors by number, below 8192.
void sched_setaffinity(const std::vector<unsigned>& cpus, Where where = Where::current());
// The kernel's numbers. WHY not <linux/ioprio.h>: as Debian ships it since 6.1.192, it calls a parameter `class`, which
// C++ cannot read.
inline constexpr unsigned kIoClassRealtime = 1, kIoClassBestEffort = 2, kIoClassIdle = 3;
inline constexpr unsigned kIoClassShift = 13;
// `io_class` is one of these, `priority` 0 to 7.
void ioprio_set(unsigned io_class, unsigned priority, Where where = Where::current());
// `mode` is MPOL_*, with MPOL_F_* among its bits; nodes by number, below 8192.
void set_mempolicy(int mode, const std::vector<unsigned>& nodes, Where where = Where::current());
// PER_LINUX, PER_LINUX32 ...
void personality(unsigned long persona, Where where = Where::current());

}  // namespace sys
