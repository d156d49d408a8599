// What a container sees of control groups: its own, and nothing above. On v2 with a cgroup namespace the
// kernel does that by itself; otherwise each of the container's directories is bound into a small tmpfs.
//
// They are read-only unless the document says otherwise: a container that could write release_agent at the top
// of a v1 hierarchy would run programs as the host's root (CVE-2022-0492). Reads: cgroup_namespaces(7).
#include <linux/magic.h>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "mini-container/runtime/rootfs/steps.h"
#include "mini-container/runtime/rootfs/target.h"
#include "mini-container/runtime/spec/invalid.h"

namespace rootfs {

namespace {

const CgroupView* unified(const Plan& plan) {
  for (const CgroupView& view : plan.cgroups) {
    if (view.name == "unified") return &view;
  }
  return nullptr;
}

// On a host with both versions, type cgroup2 asks for one and type cgroup for all that there is.
bool wants_v2(const Plan& plan, const MountStep& step) {
  return step.type == "cgroup2" || (plan.cgroups.size() == 1 && unified(plan) != nullptr);
}

void mount_v2(const Plan& plan, const MountStep& step, int root) {
  const CgroupView* group = unified(plan);
  if (group == nullptr) {
    throw spec::Invalid(step.member + ".type", "the container is in no group of cgroup v2",
                        "Use type cgroup, which shows the groups of whatever version there are");
  }
  const sys::UniqueFd target = open_or_make(root, step.destination, Kind::directory);
  const sys::UniqueFd tree = plan.cgroup_namespace
                                 ? sys::mount_detached("cgroup2", {{"source", "cgroup"}}, step.options.set)
                                 : sys::open_tree(AT_FDCWD, group->source, OPEN_TREE_CLONE);
  if (!plan.cgroup_namespace) sys::mount_setattr(tree.get(), 0, step.options.set, 0);
  sys::move_mount(tree.get(), target.get());
}

// "cpu,cpuacct" is also found as "cpu" and as "cpuacct", where programs look.
void link_each_controller(int directory, const std::string& name) {
  if (name.find(',') == std::string::npos) return;
  std::size_t start = 0;
  while (start < name.size()) {
    const std::size_t end = std::min(name.find(',', start), name.size());
    sys::symlinkat_if_missing(name, directory, name.substr(start, end - start));
    start = end + 1;
  }
}

}  // namespace

void mount_cgroups(const Plan& plan, const MountStep& step, int root) {
  if (wants_v2(plan, step)) return mount_v2(plan, step, root);
  const sys::UniqueFd target = open_or_make(root, step.destination, Kind::directory);
  const sys::UniqueFd tmpfs = sys::mount_detached("tmpfs", {{"source", "cgroup"}, {"mode", "755"}},
                                                  step.options.set & ~std::uint64_t{MOUNT_ATTR_RDONLY});
  sys::move_mount(tmpfs.get(), target.get());
  for (const CgroupView& view : plan.cgroups) {
    // A user who may make no groups goes on without.
    if (!sys::exists(view.source)) continue;
    sys::mkdirat_if_missing(tmpfs.get(), view.name, 0755);
    link_each_controller(tmpfs.get(), view.name);
    const sys::UniqueFd place = sys::openat(tmpfs.get(), view.name, O_PATH | O_NOFOLLOW);
    const sys::UniqueFd group = sys::open_tree(AT_FDCWD, view.source, OPEN_TREE_CLONE);
    sys::mount_setattr(group.get(), 0, step.options.set, 0);
    sys::move_mount(group.get(), place.get());
  }
  if ((step.options.set & MOUNT_ATTR_RDONLY) != 0) {
    sys::mount_setattr(tmpfs.get(), 0, MOUNT_ATTR_RDONLY, 0);
  }
}

}  // namespace rootfs
