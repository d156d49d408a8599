// See validate.h: the "process" object. Reads: OCI runtime-spec config.md (process), sched(7), ioprio_set(2).
#include <algorithm>
#include <cstdlib>
#include <set>

#include "mini-container/runtime/spec/cpu_list.h"
#include "mini-container/runtime/spec/names.h"
#include "mini-container/runtime/spec/validate.h"

namespace spec {

namespace {

void check_limits(const std::vector<Rlimit>& limits, const std::string& member, Problems& problems) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const Rlimit& limit = limits[i];
    const std::string here = element(member, i);
    if (!rlimit_number(limit.type))
      problems.add(here + ".type", "\"" + limit.type + "\" is not a resource limit");
    if (!seen.insert(limit.type).second) problems.add(here + ".type", limit.type + " appears twice");
    if (limit.soft > limit.hard) problems.add(here + ".soft", "is above the hard limit");
  }
}

// A member that only some policies read must not be given for the others: it would be silently without effect.
void check_scheduler_members(const Scheduler& scheduler, const std::string& member, Problems& problems) {
  const std::string& policy = scheduler.policy;
  const bool realtime = policy == "SCHED_FIFO" || policy == "SCHED_RR";
  const bool shared = policy == "SCHED_OTHER" || policy == "SCHED_BATCH" || policy == "SCHED_IDLE";
  if (scheduler.nice && (*scheduler.nice < -20 || *scheduler.nice > 19))
    problems.add(member + ".nice", "must be from -20 to 19");
  if (scheduler.nice && *scheduler.nice != 0 && !shared)
    problems.add(member + ".nice", policy + " has no nice value", "Remove it");
  if (realtime && (scheduler.priority.value_or(0) < 1 || *scheduler.priority > 99))
    problems.add(member + ".priority", policy + " needs a priority from 1 to 99");
  if (!realtime && scheduler.priority.value_or(0) != 0)
    problems.add(member + ".priority", policy + " has no priority",
                 "Remove it, or use SCHED_FIFO or SCHED_RR");
  const bool times = scheduler.runtime || scheduler.deadline || scheduler.period;
  if (policy == "SCHED_DEADLINE" && !(scheduler.runtime && scheduler.deadline)) {
    problems.add(member + ".runtime", "SCHED_DEADLINE needs runtime and deadline");
  } else if (policy != "SCHED_DEADLINE" && times) {
    problems.add(member + ".runtime", "runtime, deadline and period belong to SCHED_DEADLINE", "Remove them");
  }
}

void check_scheduler(const Scheduler& scheduler, const std::string& member, Problems& problems) {
  if (!scheduler_policy(scheduler.policy)) {
    problems.add(member + ".policy", "\"" + scheduler.policy + "\" is not a policy of this kernel",
                 "Use SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_FIFO, SCHED_RR or SCHED_DEADLINE");
    return;
  }
  check_scheduler_members(scheduler, member, problems);
  for (std::size_t i = 0; i < scheduler.flags.size(); ++i) {
    if (!scheduler_flag(scheduler.flags[i])) {
      problems.add(element(member + ".flags", i),
                   "\"" + scheduler.flags[i] + "\" is not a flag of sched_setattr(2)",
                   "See SCHED_FLAG_* there");
    }
  }
}

void check_io_priority(const IoPriority& priority, const std::string& member, Problems& problems) {
  if (!io_class(priority.io_class)) {
    problems.add(member + ".class", "\"" + priority.io_class + "\" is not a class",
                 "Use IOPRIO_CLASS_RT, IOPRIO_CLASS_BE or IOPRIO_CLASS_IDLE");
  }
  if (priority.priority < 0 || priority.priority > 7)
    problems.add(member + ".priority", "must be from 0 to 7");
}

void check_cpu_list(const std::string& list, const std::string& member, Problems& problems) {
  if (!list.empty() && !parse_cpu_list(list)) {
    problems.add(member, "\"" + list + "\" is not a list of processors", "Write it like 0-3,7");
  }
}

}  // namespace

void check_process(const Process& process, const std::string& member, Problems& problems) {
  if (process.args.empty()) {
    problems.add(member + ".args", "is empty; there is no program to run");
  } else if (process.args.front().empty()) {
    problems.add(member + ".args[0]", "is empty; there is no program to run");
  }
  problems.absolute(process.cwd, member + ".cwd");
  check_environment(process.env, member + ".env", problems);
  check_limits(process.rlimits, member + ".rlimits", problems);
  if (process.console_size && std::max(process.console_size->height, process.console_size->width) > 65535)
    problems.add(member + ".consoleSize", "must be at most 65535 characters each way");
  if (process.user.umask && *process.user.umask > 0777) problems.add(member + ".user.umask", "is above 0777");
  if (process.oom_score_adj && std::abs(*process.oom_score_adj) > 1000) {
    problems.add(member + ".oomScoreAdj", "must be from -1000 to 1000");
  }
  if (process.scheduler) check_scheduler(*process.scheduler, member + ".scheduler", problems);
  if (process.io_priority) check_io_priority(*process.io_priority, member + ".ioPriority", problems);
  if (process.exec_cpu_affinity) {
    check_cpu_list(process.exec_cpu_affinity->initial, member + ".execCPUAffinity.initial", problems);
    check_cpu_list(process.exec_cpu_affinity->final, member + ".execCPUAffinity.final", problems);
  }
}

}  // namespace spec
