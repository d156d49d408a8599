// Making a container's control groups: the directories, from the top down, then the settings.
#include <fmt/format.h>
#include <sys/stat.h>

#include <set>

#include "base/sys/bpf.h"
#include "base/sys/file.h"
#include "mini-container/runtime/cgroup/cgroup.h"

namespace cgroup {

namespace {

// SPEC of cpuset(7): a group with no cpus or no memory nodes takes no process (ENOSPC), and a new one has none.
void fill_cpuset(const std::string& parent, const std::string& path) {
  for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
    const std::string present = sys::read_file(path + file);
    if (present.find_first_not_of(" \n") != std::string::npos) continue;
    sys::write_existing_file(path + file, sys::read_file(parent + file));
  }
}

std::set<std::string> words(const std::string& text) {
  std::set<std::string> result;
  std::string word;
  for (const char character : text + " ") {
    if (character != ' ' && character != '\n') {
      word += character;
    } else if (!word.empty()) {
      result.insert(std::exchange(word, {}));
    }
  }
  return result;
}

// v2: a controller works in a group only if the group above hands it down.
void hand_down(const std::string& parent, const std::vector<std::string>& controllers) {
  if (controllers.empty()) return;
  const std::set<std::string> enabled = words(sys::read_file(parent + "/cgroup.subtree_control"));
  std::string missing;
  for (const std::string& controller : controllers) {
    if (enabled.count(controller) == 0) missing += (missing.empty() ? "+" : " +") + controller;
  }
  if (!missing.empty()) sys::write_existing_file(parent + "/cgroup.subtree_control", missing);
}

bool refused(const sys::Error& error) {
  return error.error() == EACCES || error.error() == EPERM || error.error() == EROFS;
}

// One at a time, because the kernel takes all of a line or nothing. It refuses what the group above does not have
// (ENOENT), what is threaded (EOPNOTSUPP), and a group that holds processes itself (EBUSY).
void offer_down(const std::string& parent, const std::vector<std::string>& controllers) {
  for (const std::string& controller : controllers) {
    try {
      hand_down(parent, {controller});
    } catch (const sys::Error& error) {
      const int code = error.error();
      if (code != ENOENT && code != EOPNOTSUPP && code != EBUSY && !refused(error)) throw;
    }
  }
}

bool has_processes(const std::string& path) {
  return !sys::read_file(path + "/cgroup.procs").empty();
}

// What a killed runtime left behind has old limits in it: begin anew. Somebody's processes are not ours.
void replace_leftover(const std::string& path) {
  if (has_processes(path)) {
    throw sys::Error(
        EEXIST, "mkdir", path, "",
        "the group holds processes: another container uses it; choose another linux.cgroupsPath");
  }
  // A group with children stays: it was made by the user for several containers.
  if (sys::stat(path).st_nlink > 2) return;
  sys::rmdir_if_present(path);
  sys::mkdir(path);
}

// Missing groups from the mount point down to the container's; `made` receives those made, in order.
void try_to_make_directories(const Directory& directory, std::vector<std::string>& made) {
  const bool cpuset = directory.version == Version::v1 && directory.has("cpuset");
  std::string parent = directory.mount_point;
  while (parent.size() < directory.path.size()) {
    const std::size_t slash = directory.path.find('/', parent.size() + 1);
    const std::string path = directory.path.substr(0, slash);
    hand_down(parent, directory.enable);
    offer_down(parent, directory.offer);
    if (sys::mkdir_if_missing(path)) {
      made.push_back(path);
    } else if (path == directory.path) {
      replace_leftover(path);
      made.push_back(path);
    }
    if (cpuset) fill_cpuset(parent, path);
    parent = path;
  }
}

// WHY: the last container below a group may take that group away while we are on our way through it (ENOENT).
void make_directories(const Directory& directory, std::vector<std::string>& made) {
  constexpr int tries = 20;
  for (int left = tries;; --left) {
    try {
      return try_to_make_directories(directory, made);
    } catch (const sys::Error& error) {
      if (error.error() != ENOENT || left == 0) throw;
    }
  }
}

std::string name_of(const Directory& directory) {
  return directory.version == Version::v2 ? "unified"
                                          : fmt::format("{}", fmt::join(directory.controllers, ","));
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
    if (!plan.optional || !refused(error)) throw;
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
