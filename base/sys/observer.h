// The process that looks at host and container for --step.
//
//     command ---- fork ----> observer          in the host's namespaces, as long as the demonstration lasts
//     engine, runtime, container -- one byte, and a pipe to answer into --> observer
//
// WHY a process: the container cannot see the host's /proc once it has pivoted, the runtime has gone before the
// network is connected, and the engine waits for both. Each of them holds the same socket and asks.
// Reads: unix(7) SCM_RIGHTS, pipe(7).
#pragma once

#include "base/sys/fd.h"
#include "base/trace/views.h"

namespace sys {

// Starts the observer of this process and its descendants; the socket to ask through. It ends when the last copy of
// the socket is closed. ORDER: before sinks are installed, and before threads.
UniqueFd start_observer();

// Both views as they are now; empty ones if the observer has ended. Not traced: sinks call it.
trace::Views observe(int observer) noexcept;

}  // namespace sys
