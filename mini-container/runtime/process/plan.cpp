// See plan.h.
#include "mini-container/runtime/process/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "mini-container/runtime/spec/names.h"

namespace process {

Plan plan(const spec::Process& process) {
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
  return plan;
}

std::string describe(const Plan& plan) {
  std::string text = fmt::format("program: {}\ncwd: {}\nuser {}, group {}, groups [{}], umask {:#o}\n",
                                 fmt::join(plan.args, " "), plan.cwd, plan.uid, plan.gid,
                                 fmt::join(plan.groups, " "), plan.umask);
  for (const Limit& limit : plan.limits)
    text += fmt::format("limit: {} soft {} hard {}\n", limit.name, limit.soft, limit.hard);
  if (plan.oom_score_adj) text += fmt::format("oom_score_adj: {}\n", *plan.oom_score_adj);
  if (plan.no_new_privileges) text += "no_new_privs\n";
  return text;
}

}  // namespace process
