// What the container's process is, as the kernel wants it: limits by number, groups as a list, and the rest of the
// document's `process`. Pure. Reads: OCI runtime-spec config.md (process), setrlimit(2), credentials(7),
// sched(7), set_mempolicy(2), apparmor(7), selinux(8).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/sys/scheduling.h"
#include "mini-container/runtime/spec/config.h"

namespace process {

struct Limit {
  int number = 0;
  std::string name;
  std::uint64_t soft = 0, hard = 0;
};

// What the program's label is to be from its execve(2) on, by the host's security module.
struct Label {
  std::string member;              // "process.apparmorProfile"
  std::vector<std::string> files;  // below /proc: the first that exists takes it
  std::string value;               // "exec docker-default"
};

struct IoPriority {
  unsigned io_class = 0;  // IOPRIO_CLASS_*
  unsigned priority = 0;
};

struct MemoryPolicy {
  int mode = 0;                 // MPOL_*, with MPOL_F_* among its bits
  std::vector<unsigned> nodes;  // by number
};

struct Plan {
  std::vector<std::string> args, env;
  std::string cwd;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  bool keep_groups = false;  // the caller's additional groups stay, whatever `groups` says
  mode_t umask = 0022;
  std::vector<Limit> limits;
  std::optional<int> oom_score_adj;
  bool no_new_privileges = false;
  bool terminal = false;
  std::optional<spec::ConsoleSize> console_size;
  std::optional<sys::SchedulerAttributes> scheduler;
  std::optional<IoPriority> io_priority;
  std::optional<unsigned long> personality;  // PER_*
  std::optional<MemoryPolicy> memory_policy;
  // Of `exec`: where the runtime waits until the new process is in the container's group, and where that process
  // runs from then on. Empty: where they are.
  std::vector<unsigned> initial_cpus, final_cpus;
  std::vector<Label> labels;
};

// What the host's kernel can be asked for.
struct SecurityModules {
  bool apparmor = false;
  bool selinux = false;
};

// The document must have been validated. Throws spec::Invalid for a label of a module that the host lacks.
Plan plan(const spec::Process& process, const std::optional<spec::Personality>& personality,
          const std::optional<spec::MemoryPolicy>& memory, const SecurityModules& modules);

// For a person, one line each: what `explain` prints.
std::string describe(const Plan& plan);

}  // namespace process
