// See plans.h.
#include "mini-container/runtime/lifecycle/plans.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "mini-container/runtime/namespaces/apply.h"
#include "mini-container/runtime/process/apply.h"
#include "mini-container/runtime/security/filter_cache.h"
#include "mini-container/runtime/spec/parse.h"
#include "mini-container/runtime/spec/validate.h"

namespace lifecycle {

namespace {

bool shows_groups(const spec::Config& config) {
  return std::any_of(config.mounts.begin(), config.mounts.end(), [](const spec::Mount& mount) {
    return mount.type == "cgroup" || mount.type == "cgroup2";
  });
}

bool has_realtime_policy(const spec::Config& config) {
  if (!config.process || !config.process->scheduler) return false;
  const std::string& policy = config.process->scheduler->policy;
  return policy == "SCHED_FIFO" || policy == "SCHED_RR";
}

// Root of a user namespace is as little the host's root as any user.
bool is_hosts_root() {
  return sys::geteuid() == 0 && sys::id_space().of_host;
}

cgroup::Plan plan_cgroups(const spec::Config& config, const std::string& id, const Groups& groups) {
  if (!groups.make) return {};
  const std::string& path = config.linux.cgroups_path;
  const bool shown = shows_groups(config);
  return cgroup::plan(cgroup::detect(), {path.empty() ? id : path, config.linux.resources,
                                         groups.may_be_refused ? *groups.may_be_refused : !is_hosts_root(),
                                         !path.empty() || shown, groups.run && !shown,
                                         groups.may_be_refused == false, has_realtime_policy(config)});
}

rootfs::Plan plan_rootfs(const spec::Config& config, const std::string& bundle, const Plans& plans) {
  std::vector<rootfs::CgroupView> views;
  for (const cgroup::Directory& directory : plans.cgroup.directories)
    views.push_back({name_of(directory), directory.path});
  const bool selinux = !config.linux.mount_label.empty() && process::security_modules().selinux;
  return rootfs::plan({config, bundle, std::move(views), plans.namespaces.in_user_namespace(), selinux});
}

// crun's annotation, by which podman run --group-add keep-groups lets a user's own groups open files of a volume.
bool keeps_groups(const spec::Config& config) {
  const auto annotation = config.annotations.find("run.oci.keep_original_groups");
  return annotation != config.annotations.end() && annotation->second == "1";
}

// What is left out, and what that means.
void warn_of_no_mounts(const spec::Config& config) {
  std::vector<std::string> destinations;
  for (const spec::Mount& mount : config.mounts)
    destinations.push_back(mount.destination);
  trace::warn(fmt::format(
      "linux.namespaces: without a mount namespace nothing is mounted, not even on {}, and chroot(2) "
      "alone keeps the container in its root: with CAP_SYS_CHROOT it can leave",
      destinations.empty() ? "/proc" : fmt::format("{}", fmt::join(destinations, ", "))));
}

// The kernel takes none for a bind mount; mount(8) and the other runtimes drop them too.
void warn_of_dropped_options(const rootfs::Plan& plan) {
  for (const rootfs::MountStep& step : plan.mounts) {
    if (!step.options.bind) continue;
    for (const sys::FsOption& option : step.options.parameters)
      trace::warn(fmt::format("{}.options: \"{}\" has no effect on a bind mount", step.member, option.key));
  }
}

}  // namespace

std::string name_of(const cgroup::Directory& directory) {
  if (directory.version == cgroup::Version::v2) return "unified";
  return fmt::format("{}", fmt::join(directory.controllers, ","));
}

spec::Config load_config(const std::string& file, std::string& text) {
  const auto found = sys::read_file_if_present(file);
  if (!found) {
    throw spec::Invalid(
        file, "does not exist",
        "A bundle is a directory with config.json and a root file system: see mini-runtime spec");
  }
  text = *found;
  spec::Config config = spec::parse_config(text);
  spec::validate(config);
  return config;
}

ProcessPlans make_process_plans(const spec::Process& process, const spec::Linux& platform,
                                const std::string& filters, bool in_user_namespace) {
  ProcessPlans plans;
  const bool labelled = !process.apparmor_profile.empty() || !process.selinux_label.empty();
  plans.process = process::plan(process, platform.personality, platform.memory_policy,
                                labelled ? process::security_modules() : process::SecurityModules());
  if (process.capabilities) {
    auto available = security::available_capabilities();
    if (in_user_namespace) available = security::all_capabilities(available.last);
    plans.capabilities = security::plan_capabilities(*process.capabilities, available);
    for (const std::string& warning : plans.capabilities->warnings)
      trace::warn(warning);
  }
  if (platform.seccomp) {
    // WHY: compiling a profile like Docker's takes longer than all the rest of a start.
    plans.seccomp = filters.empty() ? security::compile_seccomp(*platform.seccomp)
                                    : security::cached_seccomp(*platform.seccomp, filters);
  }
  return plans;
}

Plans make_plans(const spec::Config& config, const std::string& bundle, const std::string& id,
                 const std::string& filters, const Groups& groups) {
  Plans plans;
  plans.namespaces = namespaces::plan(config);
  plans.cgroup = plan_cgroups(config, id, groups);
  plans.rootfs = plan_rootfs(config, bundle, plans);
  warn_of_dropped_options(plans.rootfs);
  if (plans.rootfs.way == rootfs::Way::no_mounts) warn_of_no_mounts(config);
  if (config.process) {
    plans.process =
        make_process_plans(*config.process, config.linux, filters, plans.namespaces.in_user_namespace());
    plans.process.process.keep_groups = keeps_groups(config);
    plans.process.can_set_groups = !namespaces::denies_setgroups(plans.namespaces);
  }
  return plans;
}

}  // namespace lifecycle
