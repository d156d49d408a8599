// Device nodes: made with mknod(2), or, where a user namespace forbids that, those that the runtime lends (lent_devices.h)
// and for the rest the host's own bound in.
//
// What is there already is looked at, not trusted: an image's /dev/null that is a plain file would swallow what
// is written to it. Reads: mknod(2), null(4), OCI runtime-spec config-linux.md (default devices).
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "mini-container/runtime/rootfs/steps.h"
#include "mini-container/runtime/rootfs/target.h"
#include "mini-container/runtime/spec/invalid.h"

namespace rootfs {

namespace {

bool is_the_device(int fd, const DeviceNode& node) {
  const struct stat status = sys::fstat(fd);
  return (status.st_mode & S_IFMT) == (node.mode & S_IFMT) &&
         (S_ISFIFO(node.mode) || status.st_rdev == node.device);
}

// Puts the host's device over a file of that name.
void bind_from_host(const DeviceNode& node, int directory) {
  const sys::UniqueFd device = sys::open_tree(AT_FDCWD, node.path, OPEN_TREE_CLONE);
  if (!is_the_device(device.get(), node)) {
    throw spec::Invalid(
        node.member.empty() ? "linux.devices" : node.member,
        fmt::format("the host's {} is not device {}:{}", node.path, major(node.device), minor(node.device)),
        "In a user namespace a device can only be lent by the host");
  }
  // A device is read and written, never executed.
  sys::mount_setattr(device.get(), 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0);
  const sys::UniqueFd place = open_or_make(directory, "/" + name_of(node.path), Kind::file);
  sys::move_mount(device.get(), place.get());
}

// The directory of the entry made last: nearly all are in /dev, which need not be looked up a dozen times.
class Parent {
 public:
  explicit Parent(int root) : root_(root) {}

  // Good until the next call.
  int of(const std::string& path) {
    if (const std::string parent = parent_of(path); !directory_ || parent != path_) {
      directory_ = open_or_make(root_, parent, Kind::directory);
      path_ = parent;
    }
    return directory_.get();
  }

 private:
  int root_;
  std::string path_;
  sys::UniqueFd directory_;
};

void make_device(const DeviceNode& node, const Plan& plan, int directory) {
  const std::string name = name_of(node.path);
  if (plan.bind_devices && !S_ISFIFO(node.mode)) return bind_from_host(node, directory);
  if (sys::mknodat_if_missing(directory, name, node.mode, node.device)) {
    if (node.uid != 0 || node.gid != 0) sys::fchownat(directory, name, node.uid, node.gid);
    return;
  }
  const sys::UniqueFd present = sys::openat(directory, name, O_PATH | O_NOFOLLOW);
  if (is_the_device(present.get(), node)) return;
  // SPEC: "If a file already exists at path that does not match the requested device, the runtime MUST generate an
  // error". The default devices are the runtime's own wish: they cover what the image put there.
  if (!node.member.empty() || plan.way == Way::no_mounts) {
    throw spec::Invalid(node.member.empty() ? "root.path" : node.member + ".path",
                        fmt::format("the image has another file at {}", node.path),
                        "Remove that file, or mount a tmpfs on its directory");
  }
  bind_from_host(node, directory);
}

}  // namespace

void make_devices(const Plan& plan, const LentDevices& lent, int root) {
  Parent parent(root);
  for (std::size_t i = 0; i < plan.devices.size(); ++i) {
    const DeviceNode& node = plan.devices[i];
    if (!lent.empty() && lent[i]) {
      const sys::UniqueFd place = open_or_make(root, node.path, Kind::file);
      sys::move_mount(lent[i].get(), place.get());
    } else {
      make_device(node, plan, parent.of(node.path));
    }
  }
  for (const Link& link : plan.links)
    sys::symlinkat_if_missing(link.target, parent.of(link.path), name_of(link.path));
  if (plan.console) open_or_make(root, "/dev/console", Kind::file);
}

}  // namespace rootfs
