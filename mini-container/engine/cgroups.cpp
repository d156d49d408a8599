// See cgroups.h.
#include "mini-container/engine/cgroups.h"

#include "base/sys/file.h"

namespace engine {

namespace {

constexpr const char* kTop = "/sys/fs/cgroup";

// One hierarchy has all controllers (v2), or each controller has its own (v1).
bool is_unified() {
  static const bool unified = sys::exists(std::string(kTop) + "/cgroup.controllers");
  return unified;
}

}  // namespace

bool is_frozen(const std::string& path) {
  if (is_unified()) {
    const auto events = sys::read_file_if_present(kTop + path + "/cgroup.events").value_or("");
    return events.find("frozen 1") != std::string::npos;
  }
  const auto state = sys::read_file_if_present(kTop + ("/freezer" + path) + "/freezer.state").value_or("");
  // FREEZING too: some process is on its way, and none may run again.
  return state.starts_with("FR");
}

}  // namespace engine
