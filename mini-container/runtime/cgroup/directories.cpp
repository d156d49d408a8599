// See directories.h.
#include "mini-container/runtime/cgroup/directories.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "mini-container/runtime/cgroup/figures.h"

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

// v2: a controller works in a group only if the group above hands it down.
void hand_down(const std::string& parent, const std::vector<std::string>& controllers) {
  if (controllers.empty()) return;
  const std::string text = sys::read_file(parent + "/cgroup.subtree_control");
  const auto enabled = text::words(text, " \n");
  std::string missing;
  for (const std::string& controller : controllers) {
    if (std::find(enabled.begin(), enabled.end(), controller) == enabled.end())
      missing += (missing.empty() ? "+" : " +") + controller;
  }
  if (!missing.empty()) sys::write_existing_file(parent + "/cgroup.subtree_control", missing);
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

}  // namespace

bool refused(const sys::Error& error) {
  return error.error() == EACCES || error.error() == EPERM || error.error() == EROFS;
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

void enable_controllers(const Directory& directory) {
  std::string above = directory.mount_point;
  while (above.size() < directory.path.size()) {
    hand_down(above, directory.enable);
    above = directory.path.substr(0, directory.path.find('/', above.size() + 1));
  }
}

std::string name_of(const Directory& directory) {
  return directory.version == Version::v2 ? "unified"
                                          : fmt::format("{}", fmt::join(directory.controllers, ","));
}

// The last process is gone, but the kernel may still be busy with its remains (EBUSY) for a moment.
bool remove_directory(const std::string& path) {
  for (int attempt = 0; attempt < 200; ++attempt) {
    try {
      sys::rmdir_if_present(path);
      return true;
    } catch (const sys::Error& error) {
      // With groups of others in it, it will not become empty by waiting.
      const auto status = sys::stat_if_present(path);
      if (error.error() != EBUSY || (status && status->st_nlink > 2)) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  return false;
}

}  // namespace cgroup
