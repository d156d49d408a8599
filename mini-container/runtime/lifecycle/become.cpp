// See become.h.
#include "mini-container/runtime/lifecycle/become.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/sys/identity.h"
#include "base/sys/process.h"
#include "mini-container/runtime/process/apply.h"
#include "mini-container/runtime/process/program.h"
#include "mini-container/runtime/spec/program_error.h"

namespace lifecycle {

namespace {

// What this process will do once nobody can hear it any more.
std::string out_of_sight(const ProcessPlans& plans) {
  const process::Plan& plan = plans.process;
  std::string text = fmt::format("execve({})", fmt::join(plan.args, " "));
  if (plan.no_new_privileges) return text;
  const std::string kept =
      plans.capabilities ? security::capability_names(plans.capabilities->effective) : "all";
  return fmt::format("user {}, group {}, of root's capabilities only {}; {}", plan.uid, plan.gid,
                     kept.empty() ? "none" : kept, text);
}

void load_filter(const ProcessPlans& plans, const BecomeOptions& options) {
  if (!plans.seccomp) return;
  trace::note(fmt::format(
      "seccomp: {} instructions, which all that follows must pass, so this trace ends here. Next: {}",
      plans.seccomp->program.size(), out_of_sight(plans)));
  // ORDER: the filter might kill this process for the trace's own write.
  trace::silence();
  const sys::UniqueFd filter = security::load_seccomp(*plans.seccomp);
  if (filter) options.listener.send(filter.get(), options.state, options.status, options.pid);
}

void drop_privileges(const ProcessPlans& plans) {
  const trace::Phase phase("identity and capabilities", "root's powers go, in the one order that works");
  const process::Plan& plan = plans.process;
  // ORDER: needs CAP_SETPCAP, which the next steps may take away.
  if (plans.capabilities) security::limit_bounding(*plans.capabilities);
  process::give_standard_streams(plan);
  sys::set_keep_capabilities(true);
  process::set_identity(plan, plans.can_set_groups);
  if (plans.capabilities) {
    security::apply_capabilities(*plans.capabilities);
  } else {
    sys::set_keep_capabilities(false);
  }
  sys::umask(plan.umask);
  if (plan.no_new_privileges) sys::set_no_new_privileges();
}

[[noreturn]] void execute(const ProcessPlans& plans, const std::string& program,
                          const std::vector<std::string>& environment) {
  try {
    sys::execve(program, plans.process.args, environment);
  } catch (const sys::Error& error) {
    throw spec::ProgramError(error.error(), fmt::format("exec \"{}\": {}", program, error.what()));
  }
}

}  // namespace

std::vector<std::string> environment_of(const process::Plan& plan, const PassedDescriptors& passed) {
  std::vector<std::string> environment = plan.env;
  for (std::string& entry : listen_environment(passed))
    environment.push_back(std::move(entry));
  environment = process::settled_environment(environment);
  if (process::environment_value(environment, "HOME").empty()) {
    environment.push_back("HOME=" + process::home_of(plan.uid));
  }
  return environment;
}

void become(const ProcessPlans& plans, const std::string& program, const BecomeOptions& options) {
  const std::vector<std::string> environment = environment_of(plans.process, options.passed);
  sys::mark_cloexec_from(3 + options.passed.count);
  sys::reset_signals();
  process::set_labels(plans.process);
  // ORDER: without no_new_privs the kernel wants CAP_SYS_ADMIN for a filter (EACCES), so it comes before the
  // capabilities go, and the profile must allow what follows; with it, as late as possible.
  if (!plans.process.no_new_privileges) load_filter(plans, options);
  drop_privileges(plans);
  trace::note(fmt::format("execve({}): the program takes over", fmt::join(plans.process.args, " ")));
  if (plans.process.no_new_privileges) load_filter(plans, options);
  execute(plans, program, environment);
}

}  // namespace lifecycle
