// See apply.h.
#include "mini-container/runtime/process/apply.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

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

void raise_own_hard_limits(const Plan& plan) {
  for (const Limit& limit : plan.limits) {
    const rlimit own = sys::getrlimit(limit.number, limit.name);
    if (limit.hard > own.rlim_max) sys::setrlimit(limit.number, limit.name, own.rlim_cur, limit.hard);
  }
}

void set_scheduling(const Plan& plan) {
  if (plan.scheduler) sys::sched_setattr(*plan.scheduler);
  if (plan.io_priority) sys::ioprio_set(plan.io_priority->io_class, plan.io_priority->priority);
  if (plan.personality) sys::personality(*plan.personality);
  if (plan.memory_policy) sys::set_mempolicy(plan.memory_policy->mode, plan.memory_policy->nodes);
}

SecurityModules security_modules() {
  const std::string apparmor =
      sys::read_file_if_present("/sys/module/apparmor/parameters/enabled").value_or("N");
  return {apparmor.starts_with('Y'), sys::exists("/sys/fs/selinux/enforce")};
}

void set_labels(const Plan& plan) {
  if (plan.labels.empty()) return;
  const sys::UniqueFd proc = sys::open("/proc", O_PATH | O_DIRECTORY);
  for (const Label& label : plan.labels) {
    // WHY: a forged /proc would swallow the label (CVE-2019-16884), and a mount or link on the way lead elsewhere.
    if (sys::filesystem_type(proc.get()) != PROC_SUPER_MAGIC) {
      throw spec::Invalid(label.member, "the container has no procfs on /proc to set it through",
                          "Add a mount of type proc");
    }
    sys::UniqueFd file;
    for (const std::string& name : label.files) {
      if (!file) file = sys::open_in_root_if_present(proc.get(), name, O_WRONLY);
    }
    if (!file || sys::filesystem_type(file.get()) != PROC_SUPER_MAGIC) {
      throw spec::Invalid(label.member, "the kernel has no file to set it through", "See /proc/self/attr");
    }
    sys::write_all(file.get(), label.value);
  }
}

void enter_working_directory(const Plan& plan) {
  sys::chdir(plan.cwd);
  // A descriptor of the host that some mistake left open leads outside by its name in /proc (CVE-2024-21626).
  const std::string now = sys::getcwd();
  if (!now.starts_with('/')) {
    throw sys::Error(EXDEV, "getcwd", plan.cwd, std::string(trace::Phase::current()),
                     "process.cwd leads out of the container");
  }
}

void give_standard_streams(const Plan& plan) {
  for (const int standard : {0, 1, 2}) {
    const auto status = sys::fstat_if_open(standard);
    if (!status || status->st_uid == plan.uid) continue;
    // WHY: everybody shares the null device; and a terminal keeps its group, by which write(1) reaches it.
    const bool device = S_ISCHR(status->st_mode);
    if (device && status->st_rdev == makedev(1, 3)) continue;
    sys::fchown_if_allowed(standard, plan.uid, device ? status->st_gid : plan.gid);
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
  if (plan.keep_groups) {
    trace::note("the caller's additional groups stay: run.oci.keep_original_groups");
  } else if (can_set_groups) {
    sys::setgroups(plan.groups);
  } else if (!plan.groups.empty()) {
    throw spec::Invalid("process.user.additionalGids", "this user namespace denies setgroups(2)",
                        "Remove them, or map groups with privilege");
  }
  sys::setresgid(plan.gid);
  sys::setresuid(plan.uid);
}

}  // namespace process
