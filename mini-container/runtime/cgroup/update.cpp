// See update.h: what is to be changed. apply_update.cpp changes it.
#include "mini-container/runtime/cgroup/update.h"

#include <algorithm>

#include "mini-container/runtime/cgroup/directories.h"
#include "mini-container/runtime/spec/invalid.h"

namespace cgroup {

namespace {

bool asked_for(const Setting& setting, const std::vector<std::string>& sections) {
  return std::any_of(sections.begin(), sections.end(), [&](const std::string& section) {
    const std::string member = "linux.resources." + section;
    return setting.member.starts_with(member) &&
           (setting.member.size() == member.size() ||
            setting.member.find_first_of(".[", member.size()) == member.size());
  });
}

// The path that all groups of the container have below their mount points.
std::string group_path(const Layout& layout, const std::vector<Placement>& present) {
  for (const Placement& placement : present) {
    for (const Hierarchy& hierarchy : layout.hierarchies) {
      if (hierarchy.name() == placement.name && placement.path.starts_with(hierarchy.mount_point + "/"))
        return placement.path.substr(hierarchy.mount_point.size());
    }
  }
  throw spec::Invalid("linux.resources", "the container has no control group that could be changed",
                      "Make it again with the limits, and with the right to make control groups");
}

bool is_present(const Directory& directory, const std::vector<Placement>& present) {
  return std::any_of(present.begin(), present.end(),
                     [&](const Placement& placement) { return placement.path == directory.path; });
}

}  // namespace

Update plan_update(const Layout& layout, const std::vector<Placement>& present,
                   const spec::Resources& resources, const std::vector<std::string>& sections,
                   std::optional<std::uint64_t> memory_limit) {
  const std::string path = group_path(layout, present);
  Update update;
  for (Setting& setting : settings_for_update(layout, resources, memory_limit)) {
    if (asked_for(setting, sections)) update.settings.push_back(std::move(setting));
  }
  for (const Setting& setting : update.settings) {
    const Hierarchy* hierarchy =
        setting.controller.empty() ? layout.unified() : layout.find(setting.controller);
    Directory directory;
    directory.version = hierarchy->version;
    directory.mount_point = hierarchy->mount_point;
    directory.path = hierarchy->mount_point + path;
    directory.controllers = hierarchy->controllers;
    const bool v2 = directory.version == Version::v2;
    if (v2 && !setting.controller.empty()) directory.enable = {setting.controller};
    if (v2 || !is_present(directory, present)) update.missing.push_back(std::move(directory));
  }
  const auto same = [](const Directory& a, const Directory& b) {
    return a.path == b.path && a.enable == b.enable;
  };
  update.missing.erase(std::unique(update.missing.begin(), update.missing.end(), same), update.missing.end());
  return update;
}

std::vector<Placement> placements_after(const Update& update, const std::vector<Placement>& present) {
  std::vector<Placement> all = present;
  for (const Directory& directory : update.missing) {
    if (!is_present(directory, all)) all.push_back({name_of(directory), directory.path});
  }
  return all;
}

}  // namespace cgroup
