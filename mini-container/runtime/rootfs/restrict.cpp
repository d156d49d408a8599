// What a container may not see, or not change, of the kernel: masked paths, read-only paths, and parameters
// that are set once. Reads: OCI runtime-spec config-linux.md (masked paths, read-only paths), proc(5).
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "mini-container/runtime/rootfs/apply.h"
#include "mini-container/runtime/rootfs/sysctl.h"
#include "mini-container/runtime/rootfs/target.h"
#include "mini-container/runtime/spec/invalid.h"

namespace rootfs {

namespace {

// CVE-2025-31133: the image's /dev/null is whatever the image says, and masking with it would show that
// instead. This one is the host's, and is still checked: 1:3 is null(4) on every Linux.
sys::UniqueFd null_device() {
  sys::UniqueFd null = sys::open_tree(AT_FDCWD, "/dev/null", OPEN_TREE_CLONE);
  const struct stat status = sys::fstat(null.get());
  if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3)) {
    throw sys::Error(ENODEV, "open_tree", "/dev/null", "", "the host's /dev/null is not the null device 1:3");
  }
  return null;
}

sys::UniqueFd empty_directory() {
  constexpr std::uint64_t nothing_works =
      MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  return sys::mount_detached("tmpfs", {{"source", "tmpfs"}, {"nr_inodes", "1"}}, nothing_works);
}

// WHY one for all: a file system more costs 30 us to make and as much to take down, another view of one 3 us.
// ORDER: copied from where the first is attached; older kernels copy no detached mount (EINVAL).
class Cover {
 public:
  explicit Cover(sys::UniqueFd (*make)()) : make_(make) {}
  void put_on(int target) {
    sys::UniqueFd cover =
        first_ ? sys::open_tree(first_.get(), "", OPEN_TREE_CLONE | AT_EMPTY_PATH) : make_();
    sys::move_mount(cover.get(), target);
    if (!first_) first_ = std::move(cover);
  }

 private:
  sys::UniqueFd (*make_)();
  sys::UniqueFd first_;
};

// Where paths are looked up: those in /proc and /sys from the file system that was mounted there.
// WHY: who shares the root file system may have given that directory another name since, and a mount goes with it. A path
// would then lead to an impostor, and the true /proc stay uncovered under its new name.
class Places {
 public:
  Places(const Plan& plan, int root) : root_(root) {
    for (const MountStep& step : plan.mounts) {
      if (step.destination == "/proc") proc_ = find(step, PROC_SUPER_MAGIC);
      if (step.destination == "/sys" && step.type == "sysfs") sys_ = find(step, SYSFS_MAGIC);
    }
  }
  sys::UniqueFd find(const std::string& path) const {
    if (proc_ && path.starts_with("/proc/")) return below(proc_, path.substr(5));
    if (sys_ && path.starts_with("/sys/")) return below(sys_, path.substr(4));
    return sys::open_in_root_if_present(root_, path, O_PATH);
  }

 private:
  sys::UniqueFd find(const MountStep& step, long type) const {
    sys::UniqueFd place =
        sys::open_in_root(root_, step.destination, O_PATH | O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS);
    if (sys::filesystem_type(place.get()) == type) return place;
    throw spec::Invalid(step.member, fmt::format("{} is no longer what was mounted there", step.destination),
                        "Find out who else changes this root file system");
  }
  static sys::UniqueFd below(const sys::UniqueFd& place, const std::string& path) {
    return sys::open_in_root_if_present(place.get(), path, O_PATH);
  }

  int root_;
  sys::UniqueFd proc_, sys_;
};

void mask(const std::vector<std::string>& paths, const Places& places) {
  Cover of_directories(empty_directory), of_files(null_device);
  for (const std::string& path : paths) {
    const sys::UniqueFd target = places.find(path);
    if (target) (is_directory(target.get()) ? of_directories : of_files).put_on(target.get());
  }
}

void make_readonly(const std::string& path, const Places& places) {
  const sys::UniqueFd target = places.find(path);
  if (!target) return;
  const sys::UniqueFd copy = sys::open_tree(target.get(), "", OPEN_TREE_CLONE | AT_EMPTY_PATH | AT_RECURSIVE);
  sys::mount_setattr(copy.get(), AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0);
  sys::move_mount(copy.get(), target.get());
}

}  // namespace

void restrict(const Plan& plan, int root) {
  write_sysctls(plan.sysctls, root);
  const Places places(plan, root);
  for (const std::string& path : plan.readonly_paths)
    make_readonly(path, places);
  mask(plan.masked_paths, places);
  for (const std::string& path : plan.readonly_after) {
    const sys::UniqueFd mount = sys::open_in_root(root, path, O_PATH | O_DIRECTORY);
    sys::mount_setattr(mount.get(), 0, MOUNT_ATTR_RDONLY, 0);
  }
}

}  // namespace rootfs
