// Making a container's control groups: the directories, from the top down, then the settings.
#include <cerrno>

#include "base/sys/bpf.h"
#include "mini-container/runtime/cgroup/cgroup.h"
#include "mini-container/runtime/cgroup/directories.h"

namespace cgroup {

namespace {

sys::Error refused_limit(const Plan& plan, const sys::Error& error) {
  const std::string why = plan.settings.empty() ? "the caller wants no container without"
                                                : plan.settings.front().member + " asks for a limit";
  return {
      error.error(), error.call(), error.arguments(), error.phase(),
      "this user may not make control groups, and " + why + ": have a group delegated, or go on without one"};
}

}  // namespace

Cgroup Cgroup::create(const Plan& plan) {
  Cgroup cgroup;
  try {
    for (const Directory& directory : plan.directories) {
      make_directories(directory, cgroup.owned_);
      cgroup.add_group(directory.version, name_of(directory), directory.controllers, directory.path);
    }
  } catch (const sys::Error& error) {
    if (!refused(error)) throw;
    if (!plan.optional) throw refused_limit(plan, error);
    trace::note("no control groups: nothing is limited, and this user may not make any");
    return {};
  }
  cgroup.apply(plan.settings);
  if (!plan.device_program.empty()) cgroup.attach_device_program(plan.device_program);
  return cgroup;
}

void Cgroup::attach_device_program(const std::vector<DeviceRule>& rules) const {
  const sys::UniqueFd program = sys::bpf_load_device_program(device_program(rules));
  sys::bpf_attach_to_cgroup(clone_descriptor(), program.get());
}

void Cgroup::add_group(Version version, const std::string& name, std::vector<std::string> controllers,
                       const std::string& path) {
  Group group{version, name, std::move(controllers), path, {}, {}};
  if (version == Version::v2) {
    group.directory = sys::open(path, O_RDONLY | O_DIRECTORY);
  } else {
    group.tasks = sys::open(path + "/tasks", O_WRONLY);
  }
  groups_.push_back(std::move(group));
}

}  // namespace cgroup
