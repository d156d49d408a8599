// See workspace.h.
#include "bench/platforms/workspace.h"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/mount.h"
#include "base/sys/process.h"
#include "bench/platforms/own_disk.h"
#include "bench/platforms/platform.h"

namespace bench {

namespace fs = std::filesystem;

namespace {

constexpr const char* kBase = "/var/tmp";
constexpr const char* kPrefix = "isolab-bench-";

void make_rootfs(const std::string& rootfs) {
  const std::string busybox = find_program("busybox");
  if (busybox.empty()) throw std::runtime_error("busybox is not installed: apt-get install busybox-static");
  for (const char* folder : {"bin", "dev", "etc", "proc", "sys", "tmp", "run", "root"})
    fs::create_directories(fs::path(rootfs) / folder);
  fs::copy_file(busybox, rootfs + "/bin/busybox");
  for (const char* program : {"workload", "nothing"})
    fs::copy_file(sibling_program(program), fmt::format("{}/bin/{}", rootfs, program));
  for (const char* applet : {"sh", "echo", "true", "sleep", "cat", "ls"})
    fs::create_symlink("busybox", fmt::format("{}/bin/{}", rootfs, applet));
  sys::write_file_atomically(rootfs + "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
  sys::write_file_atomically(rootfs + "/etc/group", "root:x:0:\n");
}

// Depth first, as rmdir(2) wants it. A cgroup's files need no removing.
void remove_cgroup_tree(const fs::path& cgroup) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(cgroup, ignored)) {
    if (entry.is_directory() && !entry.is_symlink()) remove_cgroup_tree(entry.path());
  }
  fs::remove(cgroup, ignored);
}

// Of our engine's containers, whose records went with the disk that they were on: "cgroup   PATH" in what doctor says.
void remove_groups_of_engine(const std::string& root) {
  const Run run = timed_run({sibling_program("mini-container"), "--root", root, "doctor", "--leaks"},
                            std::chrono::seconds(10));
  std::istringstream lines(run.output);
  for (std::string kind, what; lines >> kind && std::getline(lines >> std::ws, what);)
    if (kind == "cgroup") remove_cgroup_tree(what);
}

// What a killed run has left. Its processes and mounts went with its namespaces; control groups have none.
void remove_abandoned() {
  for (const std::string& name : sys::list_directory(kBase)) {
    const std::string folder = fmt::format("{}/{}", kBase, name);
    if (!name.starts_with(kPrefix) || !sys::try_lock_directory_if_present(folder)) continue;
    remove_groups_of_engine(folder + "/mini-container");
    remove_cgroups(name);
    sys::remove_tree(folder);
  }
}

}  // namespace

Workspace::Workspace(Disk disk) : path_(fmt::format("{}/{}", kBase, run_name())) {
  {
    // ORDER: nobody else may look for abandoned folders between the making of ours and its lock.
    const sys::UniqueFd all = sys::lock_directory_if_present(kBase);
    remove_abandoned();
    sys::mkdir(path_, 0700);
    lock_ = sys::try_lock_directory_if_present(path_);
  }
  try {
    if (disk == Disk::own) disk_ = mount_own_disk(path_);
    sys::mkdir(run_folder(), 0700);
    if (sys::geteuid() == 0) sys::mount("tmpfs", run_folder(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700");
    make_rootfs(rootfs());
    run_or_throw({"tar", "-C", rootfs(), "-cf", archive(), "."});
  } catch (...) {
    sys::umount_if_mounted(run_folder());
    sys::umount_if_mounted(path_);
    sys::remove_tree(path_);
    throw;
  }
}

Workspace::~Workspace() {
  try {
    remove_cgroups(run_name());
    sys::umount_if_mounted(run_folder());
    sys::umount_if_mounted(path_);
    sys::remove_tree(path_);
  } catch (const std::exception&) {
    // Nobody to tell; the next run removes what is left.
  }
}

std::string Workspace::folder(const std::string& name) const {
  const std::string folder = path_ + "/" + name;
  sys::mkdir_if_missing(folder, 0700);
  return folder;
}

const std::string& run_name() {
  static const std::string name = fmt::format("{}{}", kPrefix, sys::getpid());
  return name;
}

std::string cgroup_parent() {
  return run_name();
}

void remove_cgroups(const std::string& run) {
  const fs::path top = "/sys/fs/cgroup";
  if (!fs::exists(top)) return;
  std::error_code ignored;
  remove_cgroup_tree(top / run);
  for (const auto& hierarchy : fs::directory_iterator(top, ignored))
    remove_cgroup_tree(hierarchy.path() / run);
}

}  // namespace bench
