// What a program of isolab tells about itself: one kernel call, or one phase that groups calls under a why.
//
// An event is made only when somebody listens (sink.h). Durations come from CLOCK_MONOTONIC differences only:
// its absolute value jumps when a process enters a new time namespace. A process is named by its role, never
// by getpid(), because the first process of a pid namespace always sees itself as 1.
// Reads: time_namespaces(7), pid_namespaces(7).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/trace/where.h"

namespace trace {

// Which program, and which side of a clone(2), is speaking.
enum class Role { engine, monitor, runtime, container, launcher, guest, test };

std::string_view name_of(Role role);

// One kernel call. Before the call `result`, `error` and `duration` are zero.
struct CallEvent {
  std::string_view name;  // the kernel's name: "pivot_root"
  std::string arguments;  // for a person to read: "new root /run/x, old root /run/x"
  Where where;            // the line that asked for the call, not the wrapper
  long result = 0;        // what the kernel returned, when error is 0
  int error = 0;          // errno, 0 on success
  std::chrono::nanoseconds duration{0};
};

// One chapter of docs/lifecycle.md, for example "pivot into the rootfs".
struct PhaseEvent {
  std::string_view name;
  std::string_view why;
  Where where;
  int depth = 0;  // 0 for an outermost phase
  std::chrono::nanoseconds duration{0};
};

}  // namespace trace
