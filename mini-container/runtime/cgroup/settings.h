// The members of linux.resources as cgroup files: one table of names for v1, one for v2. Internal to cgroup;
// plan.h is the entrance.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mini-container/runtime/cgroup/plan.h"

namespace cgroup {

// In the order of writing. `memory_limit` in force, nullopt for none. Throws spec::Invalid.
std::vector<Setting> settings(const Layout& layout, const spec::Resources& resources,
                              std::optional<std::uint64_t> memory_limit);

}  // namespace cgroup
