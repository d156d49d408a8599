// See apply.h.
#include "mini-container/runtime/process/apply.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/process.h"
#include "base/sys/terminal.h"
#include "mini-container/runtime/spec/invalid.h"

namespace process {

void set_limits(const Plan& plan) {
  for (const Limit& limit : plan.limits)
    sys::setrlimit(limit.number, limit.name, limit.soft, limit.hard);
}

void enter_working_directory(const Plan& plan) {
  sys::chdir(plan.cwd);
  // getcwd(2) says "(unreachable)/..." for a directory outside the root, which glibc reports as ENOENT.
  const std::string now = sys::getcwd();
  if (!now.starts_with('/')) {
    throw sys::Error(EXDEV, "getcwd", plan.cwd, std::string(trace::Phase::current()),
                     "process.cwd leads out of the container");
  }
}

void adopt_terminal(const Plan& plan, int terminal) {
  for (const int standard : {0, 1, 2})
    sys::dup_onto(terminal, standard);
  sys::set_controlling_terminal(0);
  if (!plan.console_size) return;
  winsize size{};
  size.ws_row = static_cast<unsigned short>(plan.console_size->height);
  size.ws_col = static_cast<unsigned short>(plan.console_size->width);
  sys::set_window_size(0, size);
}

void set_identity(const Plan& plan, bool can_set_groups) {
  // ORDER: once the user is not root any more the kernel refuses the other two (EPERM).
  if (can_set_groups) {
    sys::setgroups(plan.groups);
  } else if (!plan.groups.empty()) {
    throw spec::Invalid("process.user.additionalGids", "this user namespace denies setgroups(2)",
                        "Remove them, or map groups with privilege");
  }
  sys::setresgid(plan.gid);
  sys::setresuid(plan.uid);
}

}  // namespace process
