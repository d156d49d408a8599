// What the container's process is, as the kernel wants it: limits by number, groups as a list, and the rest of the
// document's `process`. Pure. Reads: OCI runtime-spec config.md (process), setrlimit(2), credentials(7).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mini-container/runtime/spec/config.h"

namespace process {

struct Limit {
  int number = 0;
  std::string name;
  std::uint64_t soft = 0, hard = 0;
};

struct Plan {
  std::vector<std::string> args, env;
  std::string cwd;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  mode_t umask = 0022;
  std::vector<Limit> limits;
  std::optional<int> oom_score_adj;
  bool no_new_privileges = false;
  bool terminal = false;
  std::optional<spec::ConsoleSize> console_size;
};

// The document must have been validated.
Plan plan(const spec::Process& process);

// For a person, one line each: what `explain` prints.
std::string describe(const Plan& plan);

}  // namespace process
