// What the child does to itself before it becomes the container's program. Capabilities and seccomp stand between
// some of these steps: lifecycle/become.cpp has the order. Reads: setrlimit(2), user_namespaces(7), umask(2), setgroups(2),
// setresuid(2), chdir(2), getcwd(2), CVE-2024-21626.
#pragma once

#include "mini-container/runtime/process/plan.h"

namespace process {

void set_limits(const Plan& plan);
// For the parent of a child in a user namespace, before the clone: there a hard limit can only be lowered, because the
// namespace's root has no CAP_SYS_RESOURCE over the host. What the plan asks for more is raised here, and inherited.
void raise_own_hard_limits(const Plan& plan);

// Scheduler, I/O priority and personality. ORDER: before the capabilities go; real-time policies need CAP_SYS_NICE.
void set_scheduling(const Plan& plan);

// Which security modules this host has; and, in the child, the labels of the plan, in force from the next execve(2).
// ORDER: after the last hook, which would get the label too; needs the container's /proc.
SecurityModules security_modules();
void set_labels(const Plan& plan);

// Changes into plan.cwd and proves that it lies inside the root: a leaked descriptor of the host, reached through
// /proc/self/fd/N as cwd, is how CVE-2024-21626 got out.
void enter_working_directory(const Plan& plan);

// The terminal becomes standard input, output and error, and the controlling terminal. ORDER: after setsid(2).
void adopt_terminal(const Plan& plan, int terminal);

// Those of standard input, output and error that belong to somebody else become the user's, who may then open them by name
// (/dev/stdout), as with runc and crun.
void give_standard_streams(const Plan& plan);

// Groups, group, user, in this order. Capabilities survive if sys::set_keep_capabilities was called.
// `can_set_groups` is false where the user namespace denies setgroups(2).
void set_identity(const Plan& plan, bool can_set_groups);

}  // namespace process
