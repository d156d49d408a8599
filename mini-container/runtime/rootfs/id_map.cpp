// See id_map.h. The kernel takes the map as a user namespace, so one is made for it, by a process that does nothing else.
#include "mini-container/runtime/rootfs/id_map.h"

#include <fmt/format.h>
#include <linux/sched.h>

#include <algorithm>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "base/sys/process.h"
#include "base/trace/phase.h"

namespace rootfs {

namespace {

sys::UniqueFd user_namespace_with(const IdMap& map) {
  if (!map.path.empty()) return sys::open(map.path, O_RDONLY);
  sys::Pipe pipe = sys::pipe();
  const sys::Child holder = sys::clone3({CLONE_NEWUSER, -1}, [&] {
    // It ends with the runtime, however that ends.
    pipe.write.reset();
    char byte = 0;
    sys::try_read(pipe.read.get(), {&byte, 1});
    return 0;
  });
  const std::string process = fmt::format("/proc/{}", holder.pid());
  sys::write_existing_file(process + "/uid_map", map.uid_map);
  sys::write_existing_file(process + "/gid_map", map.gid_map);
  return sys::open(process + "/ns/user", O_RDONLY);
}

sys::UniqueFd clone_one(const MountStep& step) {
  const unsigned below = step.options.recursive ? AT_RECURSIVE : 0U;
  const unsigned mapped_below = step.options.id_mapped_recursive ? AT_RECURSIVE : 0U;
  sys::UniqueFd tree = sys::open_tree(AT_FDCWD, step.source, OPEN_TREE_CLONE | below);
  // WHY: made in the host's mount namespace it is a peer of its source; what the container mounts in it must not
  // appear there.
  sys::mount_setattr(tree.get(), AT_RECURSIVE, 0, 0, MS_SLAVE);
  const sys::UniqueFd space = user_namespace_with(*step.id_map);
  try {
    sys::mount_setattr(tree.get(), mapped_below, MOUNT_ATTR_IDMAP, 0, 0, space.get());
  } catch (const sys::Error& error) {
    const char* hint = error.error() == EINVAL ? "this file system cannot be id-mapped, or is mapped already"
                                               : "only the host's root can map the owners of a file system";
    throw sys::Error(error.error(), error.call(), fmt::format("MOUNT_ATTR_IDMAP on {}", step.source),
                     error.phase(), fmt::format("asked for by {}; {}", step.member, hint));
  }
  return tree;
}

}  // namespace

IdMappedTrees clone_id_mapped(const Plan& plan) {
  const auto mapped = [](const MountStep& step) { return step.id_map.has_value(); };
  if (std::none_of(plan.mounts.begin(), plan.mounts.end(), mapped)) return {};
  const trace::Phase phase("id-mapped mounts",
                           "only the runtime has power over the owners of the host's files");
  IdMappedTrees trees;
  for (const MountStep& step : plan.mounts)
    trees.push_back(mapped(step) ? clone_one(step) : sys::UniqueFd());
  return trees;
}

}  // namespace rootfs
