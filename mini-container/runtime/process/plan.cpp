// See plan.h.
#include "mini-container/runtime/process/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/personality.h>

#include "mini-container/runtime/spec/cpu_list.h"
#include "mini-container/runtime/spec/invalid.h"
#include "mini-container/runtime/spec/names.h"

namespace process {

namespace {

sys::SchedulerAttributes scheduler_of(const spec::Scheduler& wanted) {
  sys::SchedulerAttributes attributes;
  attributes.policy = spec::scheduler_policy(wanted.policy).value();
  for (const std::string& flag : wanted.flags)
    attributes.flags |= spec::scheduler_flag(flag).value();
  attributes.nice = wanted.nice.value_or(0);
  attributes.priority = static_cast<unsigned>(wanted.priority.value_or(0));
  attributes.runtime = wanted.runtime.value_or(0);
  attributes.deadline = wanted.deadline.value_or(0);
  attributes.period = wanted.period.value_or(0);
  return attributes;
}

std::vector<unsigned> cpus_of(const std::string& list) {
  return spec::parse_cpu_list(list).value_or(std::vector<unsigned>());
}

MemoryPolicy memory_policy_of(const spec::MemoryPolicy& wanted) {
  unsigned mode = spec::memory_mode(wanted.mode).value();
  for (const std::string& flag : wanted.flags)
    mode |= spec::memory_flag(flag).value();
  // Nodes are listed as processors are.
  return {static_cast<int>(mode), cpus_of(wanted.nodes)};
}

void plan_affinity(Plan& plan, const spec::CpuAffinity& wanted) {
  plan.initial_cpus = cpus_of(wanted.initial);
  plan.final_cpus = cpus_of(wanted.final);
  // SPEC: without `final` all processors that the group may use; the kernel leaves out those that it may not.
  if (wanted.final.empty() && !wanted.initial.empty()) plan.final_cpus = cpus_of("0-8191");
}

void plan_labels(Plan& plan, const spec::Process& process, const SecurityModules& modules) {
  const auto require = [](bool there, const std::string& member, const char* module) {
    if (there) return;
    throw spec::Invalid(member,
                        fmt::format("the host's kernel has no {}, so nothing would enforce it", module),
                        "Remove it, or boot with the module: see /sys/kernel/security/lsm");
  };
  if (!process.apparmor_profile.empty()) {
    const std::string member = "process.apparmorProfile";
    require(modules.apparmor, member, "AppArmor");
    plan.labels.push_back(
        {member, {"self/attr/apparmor/exec", "self/attr/exec"}, "exec " + process.apparmor_profile});
  }
  if (!process.selinux_label.empty()) {
    const std::string member = "process.selinuxLabel";
    require(modules.selinux, member, "SELinux");
    plan.labels.push_back({member, {"self/attr/exec"}, process.selinux_label});
  }
}

}  // namespace

Plan plan(const spec::Process& process, const std::optional<spec::Personality>& personality,
          const std::optional<spec::MemoryPolicy>& memory, const SecurityModules& modules) {
  Plan plan;
  plan.args = process.args;
  plan.env = process.env;
  plan.cwd = process.cwd;
  plan.uid = process.user.uid;
  plan.gid = process.user.gid;
  plan.groups = process.user.additional_gids;
  plan.umask = process.user.umask.value_or(plan.umask);
  for (const spec::Rlimit& limit : process.rlimits)
    plan.limits.push_back({spec::rlimit_number(limit.type).value(), limit.type, limit.soft, limit.hard});
  plan.oom_score_adj = process.oom_score_adj;
  plan.no_new_privileges = process.no_new_privileges;
  plan.terminal = process.terminal;
  plan.console_size = process.console_size;
  if (process.scheduler) plan.scheduler = scheduler_of(*process.scheduler);
  if (process.io_priority) {
    plan.io_priority = {spec::io_class(process.io_priority->io_class).value(),
                        static_cast<unsigned>(process.io_priority->priority)};
  }
  if (personality) plan.personality = personality->domain == "LINUX32" ? PER_LINUX32 : PER_LINUX;
  if (memory) plan.memory_policy = memory_policy_of(*memory);
  if (process.exec_cpu_affinity) plan_affinity(plan, *process.exec_cpu_affinity);
  plan_labels(plan, process, modules);
  return plan;
}

std::string describe(const Plan& plan) {
  std::string text = fmt::format("program: {}\ncwd: {}\nuser {}, group {}, groups [{}], umask {:#o}\n",
                                 fmt::join(plan.args, " "), plan.cwd, plan.uid, plan.gid,
                                 fmt::join(plan.groups, " "), plan.umask);
  for (const Limit& limit : plan.limits)
    text += fmt::format("limit: {} soft {} hard {}\n", limit.name, limit.soft, limit.hard);
  if (plan.oom_score_adj) text += fmt::format("oom_score_adj: {}\n", *plan.oom_score_adj);
  if (plan.scheduler) {
    text += fmt::format("scheduler: policy {} nice {} priority {}\n", plan.scheduler->policy,
                        plan.scheduler->nice, plan.scheduler->priority);
  }
  if (plan.io_priority)
    text += fmt::format("I/O priority: class {} priority {}\n", plan.io_priority->io_class,
                        plan.io_priority->priority);
  if (plan.personality) text += fmt::format("personality: {:#x}\n", *plan.personality);
  if (plan.memory_policy)
    text += fmt::format("memory policy: mode {:#x} nodes {}\n", plan.memory_policy->mode,
                        fmt::join(plan.memory_policy->nodes, ","));
  for (const Label& label : plan.labels)
    text += fmt::format("label: write {} to /proc/{}\n", label.value, label.files.front());
  if (plan.no_new_privileges) text += "no_new_privs\n";
  return text;
}

}  // namespace process
