// See plan.h.
#include "mini-container/runtime/process/plan.h"

#include <fmt/format.h>
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
  if (wanted.final.empty() && !wanted.initial.empty())
    plan.final_cpus = cpus_of(fmt::format("0-{}", spec::kMostProcessors - 1));
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

}  // namespace process
