// See bind_sources.h.
#include "mini-container/runtime/rootfs/bind_sources.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace rootfs {

namespace {

bool has_source(const MountStep& step) {
  return step.options.bind && !step.options.remount && !step.id_map;
}

// What cannot be opened from here may still be found by its path, or the container says what is wrong with it.
sys::UniqueFd try_to_open(int root, const std::string& source) {
  static constexpr std::array kLeftToTheContainer = {EACCES, ENOENT, ENOTDIR, ELOOP, EXDEV};
  try {
    return sys::open_in_root(root, source, O_PATH);
  } catch (const sys::Error& error) {
    if (std::find(kLeftToTheContainer.begin(), kLeftToTheContainer.end(), error.error()) ==
        kLeftToTheContainer.end())
      throw;
    return {};
  }
}

}  // namespace

bool has_bind_sources(const Plan& plan) {
  return plan.way != Way::no_mounts && std::any_of(plan.mounts.begin(), plan.mounts.end(), has_source);
}

BindSources open_bind_sources(const Plan& plan, pid_t process) {
  const sys::UniqueFd root = sys::open(fmt::format("/proc/{}/root", process), O_PATH | O_DIRECTORY);
  BindSources sources;
  for (const MountStep& step : plan.mounts)
    sources.push_back(has_source(step) ? try_to_open(root.get(), step.source) : sys::UniqueFd());
  return sources;
}

}  // namespace rootfs
