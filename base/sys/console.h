// Where the trace of --explain, --step and --trace goes, and how programs of one command share it.
//
// The first program opens terminal and file; programs that it starts find the numbers of the inherited
// descriptors in the environment variable ISOLAB_TRACE ("explain=7,step=8,prompt=9,look=10,trace=11"). So engine, runtime and
// container write one stream, each line under its own role, and an OCI runtime that does not know the
// variable simply stays silent.
// Reads: environ(7), proc(5).
#pragma once

#include <string>

#include "base/sys/fd.h"

namespace sys {

struct TraceRequest {
  bool explain = false;
  bool step = false;
  std::string file;  // of --trace; empty for none
};

// Opens what `request` asks for, or else takes over what ISOLAB_TRACE names, and installs the sinks. The
// descriptors stay open, close-on-exec, for the life of the process.
void start_tracing(const TraceRequest& request);

// Ends the trace of this process and closes what it wrote to, so that a reader of the other end sees it end.
// For a process that outlives its command.
void stop_tracing();

// For spawn(): descriptors to keep, and the variable that names them. Empty when nobody traces.
struct TraceInheritance {
  std::vector<int> descriptors;
  std::vector<std::string> environment;
};
TraceInheritance trace_inheritance();

// A program's last words, "mini-runtime: MESSAGE", on standard error. Whoever cannot be told, because nobody reads the
// other end, is not told: nothing is thrown.
void complain(std::string_view program, std::string_view message) noexcept;

}  // namespace sys
