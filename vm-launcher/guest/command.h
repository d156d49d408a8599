// The command inside the guest: started as a child of PID 1 with pipes for its three streams, or with a terminal.
// Reads: fork(2), execve(2), pipe(7), pty(7), setsid(2), credentials(7), passwd(5).
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
  bool terminal = false;  // input and output are the master of its terminal, and error is empty
};

// Either a running command, or why there is none.
struct StartResult {
  RunningCommand running;
  std::optional<protocol::Failure> failure;
};
StartResult start_command(const protocol::Command& command);

void set_size(const sys::UniqueFd& terminal, const protocol::WindowSize& size);

}  // namespace vm::guest
