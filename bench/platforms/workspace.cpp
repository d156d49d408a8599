// See workspace.h.
#include "bench/platforms/workspace.h"

#include <fmt/format.h>

#include <filesystem>
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

// A folder whose maker is gone belongs to nobody.
void remove_abandoned() {
  for (const std::string& name : sys::list_directory(kBase)) {
    if (!name.starts_with(kPrefix)) continue;
    const std::string maker = name.substr(std::string(kPrefix).size());
    if (maker.empty() || maker.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!sys::start_time(static_cast<pid_t>(std::stol(maker)))) {
      sys::remove_tree(fmt::format("{}/{}", kBase, name));
    }
  }
}

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

}  // namespace

Workspace::Workspace(Disk disk) : path_(fmt::format("{}/{}{}", kBase, kPrefix, sys::getpid())) {
  remove_abandoned();
  sys::remove_tree(path_);
  sys::mkdir(path_, 0700);
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
    remove_cgroups();
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

std::string cgroup_parent() {
  return fmt::format("isolab-bench-{}", sys::getpid());
}

void remove_cgroups() {
  const fs::path top = "/sys/fs/cgroup";
  if (!fs::exists(top)) return;
  std::error_code ignored;
  remove_cgroup_tree(top / cgroup_parent());
  for (const auto& hierarchy : fs::directory_iterator(top, ignored))
    remove_cgroup_tree(hierarchy.path() / cgroup_parent());
}

}  // namespace bench
