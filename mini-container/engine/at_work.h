// Programs that the engine has started for a container, found by their command lines: a guardian, an OCI runtime that makes
// a container, pasta. None of them keeps an account of the others, so after a kill -9 the process table is what is left to ask.
// Reads: proc_pid_cmdline(5), pidfd_open(2).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "mini-container/engine/paths.h"

namespace engine {

struct AtWork {
  pid_t pid = 0;
  std::string container;    // the id
  bool is_runtime = false;  // making the container, or its first process before it has become the program
};
std::vector<AtWork> programs_at_work(const Paths& paths);

// Ends the runtime programs of a container whose guardian is gone, and waits until they are.
void end_runtimes_at_work(const Paths& paths, const std::string& id);

}  // namespace engine
