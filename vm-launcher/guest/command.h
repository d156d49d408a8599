// The command inside the guest: started as a child of PID 1 with pipes for its three streams.
// Reads: fork(2), execve(2), pipe(7), credentials(7), passwd(5).
#pragma once

#include "base/sys/fd.h"
#include "base/sys/process.h"
#include "vm-launcher/protocol/messages.h"

namespace vm::guest {

struct RunningCommand {
  pid_t pid = 0;
  sys::UniqueFd input;   // non-blocking; write end of its standard input
  sys::UniqueFd output;  // read ends of its standard output and error
  sys::UniqueFd error;
};

// Either a running command, or why there is none.
struct StartResult {
  RunningCommand running;
  std::optional<protocol::Failure> failure;
};
StartResult start_command(const protocol::Command& command);

}  // namespace vm::guest
