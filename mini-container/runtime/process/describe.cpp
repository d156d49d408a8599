// The plan as text, for `explain`: one step a line.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/personality.h>

#include "mini-container/runtime/process/plan.h"
#include "mini-container/runtime/spec/cpu_list.h"
#include "mini-container/runtime/spec/names.h"

namespace process {

namespace {

std::string line_of(const sys::SchedulerAttributes& wanted) {
  std::string text = fmt::format("scheduler: {} nice {} priority {}",
                                 spec::scheduler_policy_name(wanted.policy), wanted.nice, wanted.priority);
  if (wanted.period != 0 || wanted.deadline != 0)
    text += fmt::format(", {} ns in {} ns, within {} ns", wanted.runtime, wanted.period, wanted.deadline);
  return text + "\n";
}

// What only `exec` does: the document says it for all that come later.
std::string lines_of_exec(const Plan& plan) {
  std::string text;
  if (!plan.initial_cpus.empty())
    text += fmt::format("exec starts on processors {}\n", fmt::join(plan.initial_cpus, ","));
  if (plan.final_cpus.size() == spec::kMostProcessors) return text + "exec goes on on every processor\n";
  if (!plan.final_cpus.empty())
    text += fmt::format("exec goes on on processors {}\n", fmt::join(plan.final_cpus, ","));
  return text;
}

std::string lines_of_resources(const Plan& plan) {
  std::string text;
  for (const Limit& limit : plan.limits)
    text += fmt::format("limit: {} soft {} hard {}\n", limit.name, limit.soft, limit.hard);
  if (plan.oom_score_adj) text += fmt::format("oom_score_adj: {}\n", *plan.oom_score_adj);
  if (plan.scheduler) text += line_of(*plan.scheduler);
  if (plan.io_priority)
    text += fmt::format("I/O priority: {} {}\n", spec::io_class_name(plan.io_priority->io_class),
                        plan.io_priority->priority);
  if (plan.memory_policy)
    text += fmt::format("memory policy: {} nodes {}\n",
                        spec::memory_policy_name(static_cast<unsigned>(plan.memory_policy->mode)),
                        fmt::join(plan.memory_policy->nodes, ","));
  return text;
}

}  // namespace

std::string describe(const Plan& plan) {
  std::string text = fmt::format(
      "program: {}\nenvironment: {}\ncwd: {}\nuser {}, group {}, groups [{}], umask {:#o}\n",
      fmt::join(plan.args, " "), fmt::join(plan.env, " "), plan.cwd, plan.uid, plan.gid,
      plan.keep_groups ? "the caller's" : fmt::format("{}", fmt::join(plan.groups, " ")), plan.umask);
  text += lines_of_resources(plan);
  if (plan.personality)
    text += fmt::format("personality: {}\n", *plan.personality == PER_LINUX32 ? "LINUX32" : "LINUX");
  if (plan.console_size)
    text += fmt::format("terminal of {} columns and {} rows\n", plan.console_size->width,
                        plan.console_size->height);
  for (const Label& label : plan.labels)
    text += fmt::format("label: write {} to /proc/{}\n", label.value, label.files.front());
  if (plan.no_new_privileges) text += "no_new_privs\n";
  return text + lines_of_exec(plan);
}

}  // namespace process
