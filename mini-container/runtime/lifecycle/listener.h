// The program that a seccomp filter asks about system calls (SCMP_ACT_NOTIFY): it listens on a socket of the host, and
// gets the descriptor over which the kernel asks. Reads: seccomp_unotify(2), unix(7) (SCM_RIGHTS),
// OCI runtime-spec config-linux.md (seccomp, the container process state).
#pragma once

#include <string>

#include "mini-container/runtime/lifecycle/plans.h"
#include "mini-container/runtime/spec/state.h"

namespace lifecycle {

class Listener {
 public:
  // Connects if the filter of `plans` asks anybody. ORDER: while the host's files are in reach, and before anything is
  // made, so that a listener that is not there fails early.
  Listener(const ProcessPlans& plans, const spec::Config& config);

  bool is_asked() const { return static_cast<bool>(socket_); }
  // In the process that has just loaded the filter; `pid` is its number outside.
  void send(int filter, const spec::State& state, spec::Status status, pid_t pid) const;

 private:
  sys::UniqueFd socket_;
  std::string metadata_;
};

// This process's number as the host's /proc has it, where getpid(2) says 1. ORDER: before that /proc is gone.
pid_t pid_outside();

}  // namespace lifecycle
