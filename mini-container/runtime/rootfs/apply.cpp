// build() and enter() of apply.h, in the order of their calls.
#include "mini-container/runtime/rootfs/apply.h"

#include <fmt/format.h>
#include <linux/magic.h>

#include <algorithm>
#include <cerrno>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "base/sys/process.h"
#include "base/trace/phase.h"
#include "mini-container/runtime/rootfs/steps.h"
#include "mini-container/runtime/rootfs/target.h"
#include "mini-container/runtime/spec/invalid.h"

namespace rootfs {

namespace {

// The mount that `path` lies in, found by going up: only the top directory of a mount can be changed (EINVAL below).
// WHY: what is mounted on the root must not be handed to the mount that holds it, nor be copied into its peers.
void make_holder_private(const std::string& path) {
  for (std::string place = path;; place = parent_of(place)) {
    const sys::UniqueFd directory = sys::open(place, O_PATH | O_DIRECTORY);
    try {
      return sys::mount_setattr(directory.get(), 0, 0, 0, MS_PRIVATE);
    } catch (const sys::Error& error) {
      if (error.error() != EINVAL || place == "/") throw;
    }
  }
}

// A copy of the root as a mount of its own, attached over the directory it came from: pivot_root(2) wants a
// mount point, and everything below hangs on a mount that only this namespace has.
sys::UniqueFd mount_root(const Plan& plan) {
  // ORDER: before any mount. A shared mount (systemd's default) would hand ours to the host, and pivot_root
  // refuses to move below a shared parent (EINVAL). Slave, not private, so that a bind mount that asks for
  // rslave still hears what the host mounts later.
  // SPEC: with a rootfsPropagation of shared the host hears the container as well, where a mount is rshared.
  const bool shared = plan.propagation == MS_SHARED;
  if (!shared) sys::mount("", "/", "", MS_SLAVE | MS_REC);
  const sys::UniqueFd place = sys::open(plan.root, O_PATH | O_DIRECTORY);
  if (shared) make_holder_private(plan.root);
  sys::UniqueFd root = sys::open_tree(place.get(), "", OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH);
  sys::move_mount(root.get(), place.get());
  return root;
}

// By its path, which may lead through what this container has mounted; `opened` if that is closed to its users.
sys::UniqueFd bind_tree(const MountStep& step, int opened) {
  const unsigned flags = OPEN_TREE_CLONE | (step.options.recursive ? AT_RECURSIVE : 0U);
  try {
    return sys::open_tree(AT_FDCWD, step.source, flags);
  } catch (const sys::Error& error) {
    if (error.error() != EACCES || opened < 0) throw;
    return sys::open_tree(opened, "", flags | AT_EMPTY_PATH);
  }
}

// As with runc, a tmpfs that asks for no mode has that of the directory which it covers.
std::vector<sys::FsOption> inherited_mode(const MountStep& step, int root) {
  const auto asked_for = [](const sys::FsOption& option) { return option.key == "mode"; };
  const auto& parameters = step.options.parameters;
  if (step.type != "tmpfs" || std::any_of(parameters.begin(), parameters.end(), asked_for)) return {};
  const sys::UniqueFd below = sys::open_in_root_if_present(root, step.destination, O_PATH);
  if (!below) return {};
  return {{"mode", fmt::format("{:o}", sys::fstat(below.get()).st_mode & 07777)}};
}

// What is to be mounted, as a detached mount that nobody can reach by a path yet.
sys::UniqueFd tree_of(const MountStep& step, int opened, int root) {
  const MountOptions& options = step.options;
  if (options.bind) return bind_tree(step, opened);
  std::vector<sys::FsOption> parameters = options.parameters;
  if (!step.source.empty()) parameters.insert(parameters.begin(), {"source", step.source});
  parameters.insert(parameters.end(), options.superblock.begin(), options.superblock.end());
  for (sys::FsOption& mode : inherited_mode(step, root))
    parameters.push_back(std::move(mode));
  // A tmpfs that begins with a copy is filled first, and gets its attributes then.
  const std::uint64_t attributes = options.copy_up ? 0 : options.set | options.recursive_set;
  return sys::mount_detached(step.type, parameters, attributes);
}

// WHY: through symbolic links of the image, or a forged source, a mount could land on or pose as procfs; the
// descriptors tell what they are, whatever the path said.
void check_target(const MountStep& step, int tree, int target) {
  const bool target_in_proc = sys::filesystem_type(target) == PROC_SUPER_MAGIC;
  if (step.destination == "/proc" && sys::filesystem_type(tree) != PROC_SUPER_MAGIC) {
    throw spec::Invalid(step.member, "only a procfs may be mounted on /proc", "Use type proc");
  }
  // plan() let only harmless files of /proc through, by their path.
  if (target_in_proc && !step.destination.starts_with("/proc")) {
    throw spec::Invalid(step.member + ".destination",
                        fmt::format("in this image {} leads into /proc", step.destination),
                        "Do not use an image whose links do that");
  }
}

Links links_allowed(const MountStep& step) {
  // CVE-2019-19921: an image whose /proc is a link would have its masks and checks applied elsewhere.
  return step.type == "proc" || step.type == "sysfs" ? Links::refuse : Links::follow;
}

void remount(const MountStep& step, int root) {
  const sys::UniqueFd target = sys::open_in_root(root, step.destination, O_PATH);
  configure(step.options, target.get());
}

// What the parent did for this step: the tree to mount, or the source of it, opened; else -1.
struct Prepared {
  int tree = -1, source = -1;
};

void mount_step(const MountStep& step, const Prepared& prepared, int root) {
  if (step.options.remount) return remount(step, root);
  const sys::UniqueFd tree =
      prepared.tree < 0 ? tree_of(step, prepared.source, root) : sys::dup(prepared.tree);
  const Kind kind = is_directory(tree.get()) ? Kind::directory : Kind::file;
  const sys::UniqueFd target = open_or_make(root, step.destination, kind, links_allowed(step));
  check_target(step, tree.get(), target.get());
  if (step.options.copy_up) copy_up(target.get(), tree.get());
  configure(step.options, tree.get());
  sys::move_mount(tree.get(), target.get());
}

int at(const std::vector<sys::UniqueFd>& descriptors, std::size_t index) {
  return descriptors.empty() ? -1 : descriptors[index].get();
}

void pivot(const Plan& plan, int root) {
  // WHY: not chroot(2), which root can leave; after pivot_root the host's tree is no longer there.
  sys::fchdir(root);
  const bool host_hears = plan.propagation == MS_SHARED;
  const sys::UniqueFd old_root = host_hears ? sys::open("/", O_PATH | O_DIRECTORY) : sys::UniqueFd();
  // The old root is stacked on the new one, at the same place, and is then the topmost mount of ".".
  sys::pivot_root(".", ".");
  // ORDER: between the two. Before, the new root lay in the old tree and would stop speaking to the host as well;
  // after, the host's own tree would have been taken away with this copy of it.
  if (host_hears) sys::mount_setattr(old_root.get(), AT_RECURSIVE, 0, 0, MS_SLAVE);
  sys::umount_if_mounted(".", MNT_DETACH);
  sys::chdir("/");
}

}  // namespace

void configure(const MountOptions& options, int mount) {
  const bool attributes = options.bind || options.remount || options.copy_up;
  if (attributes && (options.set | options.clear) != 0) {
    sys::mount_setattr(mount, 0, options.set, options.clear);
  }
  if ((options.recursive_set | options.recursive_clear) != 0) {
    sys::mount_setattr(mount, AT_RECURSIVE, options.recursive_set, options.recursive_clear);
  }
  if (options.propagation != 0) {
    sys::mount_setattr(mount, options.propagation_recursive ? AT_RECURSIVE : 0, 0, 0, options.propagation);
  }
}

sys::UniqueFd build(const Plan& plan, const IdMappedTrees& id_mapped, const LentDevices& lent,
                    const BindSources& sources) {
  // WHY: modes of devices and directories are the document's, not the caller's shell's.
  sys::umask(0);
  const bool mounts = plan.way != Way::no_mounts;
  sys::UniqueFd root = mounts ? mount_root(plan) : sys::open(plan.root, O_PATH | O_DIRECTORY);
  {
    const trace::Phase phase("mounts", "the file systems that the program expects, each with its options");
    for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
      const MountStep& step = plan.mounts[i];
      if (step.type == "cgroup" || step.type == "cgroup2") {
        mount_cgroups(plan, step, root.get());
      } else {
        mount_step(step, {at(id_mapped, i), at(sources, i)}, root.get());
      }
    }
  }
  if (!plan.devices.empty()) {
    const trace::Phase phase("devices", "a /dev with the few devices every program may use, and no disk");
    make_devices(plan, lent, root.get());
  }
  if (!plan.working_directory.empty()) open_or_make(root.get(), plan.working_directory, Kind::directory);
  return root;
}

void enter(const Plan& plan, int root) {
  if (plan.way == Way::no_mounts) return change_root(root);
  plan.way == Way::pivot ? pivot(plan, root) : move_root(plan, root);
  if (plan.propagation != 0) {
    sys::mount_setattr(root, plan.propagation_recursive ? AT_RECURSIVE : 0, 0, 0, plan.propagation);
  }
  if (plan.readonly) sys::mount_setattr(root, 0, MOUNT_ATTR_RDONLY, 0);
}

}  // namespace rootfs
