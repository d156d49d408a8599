// From args[0] to the file that execve(2) gets, searched in the container's own PATH. Reads: execve(2), exec(3),
// POSIX command search.
#pragma once

#include <string>

#include "mini-container/runtime/process/plan.h"

namespace process {

// ORDER: after the root has changed. Throws spec::ProgramError: ENOENT (exit code 127) or EACCES (126).
std::string find_program(const Plan& plan);

// The value of `name` among "NAME=value" entries, the last one; "" if it is not there.
std::string environment_value(const std::vector<std::string>& environment, const std::string& name);

// One entry a name, the last of several, so that getenv(3), which takes the first, and shells, which take the last,
// agree. An empty HOME is left out.
std::vector<std::string> settled_environment(const std::vector<std::string>& entries);

// The user's directory by the container's /etc/passwd; "/" if that does not say. For HOME, when it is not set.
std::string home_of(uid_t uid);

}  // namespace process
