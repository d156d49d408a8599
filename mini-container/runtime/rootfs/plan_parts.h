// The chapters that plan() is put together from. Internal to rootfs.
#pragma once

#include <string>
#include <vector>

#include "mini-container/runtime/rootfs/plan.h"

namespace rootfs {

// `path` below `base`, without "." and "..".
std::string absolute(const std::string& base, const std::string& path);
std::vector<MountStep> plan_mounts(const Request& request);

}  // namespace rootfs
