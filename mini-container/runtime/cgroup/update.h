// Other limits for a container that runs: all of them or, where the kernel refuses one, none.
//
// A group that the container was made without (create makes only what its limits need) is made now, and its
// processes move in. Reads: cgroups(7), Linux admin-guide/cgroup-v1/memory.rst, admin-guide/cgroup-v2.rst.
#pragma once

#include <string>
#include <vector>

#include "mini-container/runtime/cgroup/cgroup.h"

namespace cgroup {

struct Update {
  std::vector<Directory> missing;  // groups to be made; v2: the one that is there, to enable controllers in
  std::vector<Setting> settings;   // in the order of writing
};

// `resources` is all that holds afterwards, `sections` what of it was asked for ("cpu", "memory"); `present` are
// the container's groups and `memory_limit` its limit in force, nullopt for none. Pure. Throws spec::Invalid.
Update plan_update(const Layout& layout, const std::vector<Placement>& present,
                   const spec::Resources& resources, const std::vector<std::string>& sections,
                   std::optional<std::uint64_t> memory_limit);

// The groups that the container has afterwards. Cgroup::update carries it out.
std::vector<Placement> placements_after(const Update& update, const std::vector<Placement>& present);

}  // namespace cgroup
