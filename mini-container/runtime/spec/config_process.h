// config.json as plain values: the object `process`, also a document of its own for `exec --process`.
// Reads: OCI runtime-spec config.md (process).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spec {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::optional<mode_t> umask;
  std::vector<gid_t> additional_gids;
};

// Names such as "CAP_CHOWN".
struct Capabilities {
  std::vector<std::string> bounding, effective, inheritable, permitted, ambient;
};

struct Rlimit {
  std::string type;  // "RLIMIT_NOFILE"
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};

struct ConsoleSize {
  unsigned height = 0;
  unsigned width = 0;
};

// sched_setattr(2)
struct Scheduler {
  std::string policy;                                      // "SCHED_OTHER" ...
  std::optional<int> nice;                                 // SCHED_OTHER, SCHED_BATCH
  std::optional<int> priority;                             // SCHED_FIFO, SCHED_RR
  std::vector<std::string> flags;                          // "SCHED_FLAG_RESET_ON_FORK" ...
  std::optional<std::uint64_t> runtime, deadline, period;  // nanoseconds, SCHED_DEADLINE
};

// ioprio_set(2)
struct IoPriority {
  std::string io_class;  // "IOPRIO_CLASS_BE" ...
  int priority = 0;      // 0, the first served, to 7
};

// sched_setaffinity(2) of `exec`, as lists of processors ("0-3,7").
struct CpuAffinity {
  std::string initial;  // of the runtime, before the new process is in the container's cgroup
  std::string final;    // of the process, once it is in
};

struct Process {
  bool terminal = false;
  std::optional<ConsoleSize> console_size;
  User user;
  std::vector<std::string> args;
  std::vector<std::string> env;  // "NAME=value"
  std::string cwd;
  std::optional<Capabilities> capabilities;
  std::vector<Rlimit> rlimits;
  bool no_new_privileges = false;
  std::optional<int> oom_score_adj;
  std::string apparmor_profile;
  std::string selinux_label;
  std::optional<Scheduler> scheduler;
  std::optional<IoPriority> io_priority;
  std::optional<CpuAffinity> exec_cpu_affinity;
};

}  // namespace spec
