// See plan.h. Reading order: plan() at the end, then its parts upwards.
#include "mini-container/runtime/cgroup/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "mini-container/runtime/cgroup/settings.h"
#include "mini-container/runtime/spec/invalid.h"

namespace cgroup {

namespace {

// WHY: a v1 group can give its children only real-time runtime that it has itself, and one that is new has none. So this
// container's stands at the top, beside /mini-runtime.
bool gets_realtime(const Hierarchy& hierarchy, const Request& request) {
  return hierarchy.version == Version::v1 && hierarchy.has("cpu") && !request.rootless &&
         request.resources.cpu.realtime_runtime.value_or(0) != 0;
}

// SPEC: a relative cgroupsPath may be placed where the runtime likes.
std::string group_path(const Hierarchy& hierarchy, const Request& request) {
  std::string path = request.path;
  if (("/" + path + "/").find("/../") != std::string::npos) {
    throw spec::Invalid("linux.cgroupsPath", fmt::format("\"{}\" leads upwards", path), "Remove the \"..\"");
  }
  if (!path.starts_with("/")) {
    // v2 allows no group that has both processes and children with controllers, so without the top of the tree
    // a sibling of the caller's own group is the nearest place.
    const std::string own_parent = hierarchy.own.substr(0, hierarchy.own.rfind('/'));
    path = (request.rootless ? own_parent : "/mini-runtime") +
           (gets_realtime(hierarchy, request) ? "-" : "/") + path;
  }
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  if (path == "/") {
    throw spec::Invalid("linux.cgroupsPath", "it names the top of the hierarchy, which has no limits",
                        "Name a group below it, such as /mini-runtime/ID");
  }
  return hierarchy.mount_point + path;
}

class Planner {
 public:
  Planner(const Layout& layout, const Request& request) : layout_(layout), request_(request) {}

  // The hierarchy of a controller gets a directory, once.
  Directory& use(const Hierarchy& hierarchy) {
    for (Directory& known : plan_.directories) {
      if (known.mount_point == hierarchy.mount_point) return known;
    }
    plan_.directories.push_back({hierarchy.version,
                                 hierarchy.mount_point,
                                 group_path(hierarchy, request_),
                                 hierarchy.controllers,
                                 {},
                                 {}});
    return plan_.directories.back();
  }

  void use_if_there(std::string_view controller) {
    if (const Hierarchy* hierarchy = layout_.find(controller)) use(*hierarchy);
  }

  void add_settings() {
    plan_.settings = settings(layout_, request_.resources, std::nullopt);
    for (const Setting& setting : plan_.settings) {
      const Hierarchy* hierarchy =
          setting.controller.empty() ? layout_.unified() : layout_.find(setting.controller);
      Directory& directory = use(*hierarchy);
      if (directory.version == Version::v1 || setting.controller.empty()) continue;
      auto& enable = directory.enable;
      if (std::find(enable.begin(), enable.end(), setting.controller) == enable.end()) {
        enable.push_back(setting.controller);
      }
    }
    plan_.optional = plan_.settings.empty() && !request_.required;
  }

  void add_devices() {
    // In a user namespace the kernel lets no device node be made, and root outside is needed to write rules.
    if (request_.rootless) return;
    const std::vector<DeviceRule> rules = device_rules(request_.resources.devices);
    if (rules.empty()) return;
    plan_.optional = false;
    if (layout_.find("devices") != nullptr) {
      use_if_there("devices");
      for (const DeviceRule& rule : rules)
        plan_.settings.push_back(device_setting(rule));
      return;
    }
    if (layout_.unified() == nullptr) {
      throw spec::Invalid("linux.resources.devices",
                          "this host has no cgroup hierarchy to enforce device rules",
                          "Mount cgroup v2, or v1 with the devices controller");
    }
    use(*layout_.unified());
    plan_.device_program = rules;
  }

  // What kill, ps, pause and the usage figures need even where nothing is limited.
  void add_companions() {
    const Hierarchy* freezer = layout_.find("freezer");
    if (freezer != nullptr) {
      use(*freezer);
    } else if (layout_.unified() != nullptr) {
      use(*layout_.unified());
    }
    const Hierarchy* cpu = layout_.find("cpu");
    const bool limited = cpu != nullptr && cpu->version == Version::v1 && used(*cpu);
    if (limited) use_if_there("cpuacct");
  }

  void add_what_engines_look_at() {
    if (request_.rootless) return;
    for (const std::string_view controller : {"cpu", "cpuacct", "cpuset", "memory", "pids", "blkio", "io"}) {
      const Hierarchy* hierarchy = layout_.find(controller);
      if (hierarchy == nullptr) continue;
      // WHY not always all: on v1 each group is a directory of its own, 90 us to make, enter and remove.
      const bool counts = controller == "cpuacct" || controller == "memory" || controller == "pids";
      const bool v1 = hierarchy->version == Version::v1;
      if (request_.run && v1 && !counts) continue;
      if (request_.realtime_policy && v1 && hierarchy->has("cpu")) continue;
      Directory& directory = use(*hierarchy);
      const auto& enable = directory.enable;
      const bool enabled = std::find(enable.begin(), enable.end(), controller) != enable.end();
      if (directory.version == Version::v2 && !enabled) directory.offer.emplace_back(controller);
    }
  }

  Plan take() { return std::move(plan_); }

 private:
  static Setting device_setting(const DeviceRule& rule) {
    return {"devices",
            rule.allow ? "devices.allow" : "devices.deny",
            rule.type == 'a' ? "a" : to_text(rule),
            rule.member,
            {}};
  }
  bool used(const Hierarchy& hierarchy) const {
    return std::any_of(plan_.directories.begin(), plan_.directories.end(), [&](const Directory& directory) {
      return directory.mount_point == hierarchy.mount_point;
    });
  }

  const Layout& layout_;
  const Request& request_;
  Plan plan_;
};

}  // namespace

bool Directory::has(std::string_view controller) const {
  return std::find(controllers.begin(), controllers.end(), controller) != controllers.end();
}

bool Plan::is_entered_later() const {
  const auto v1 = [](const Directory& directory) { return directory.version == Version::v1; };
  return !directories.empty() && std::all_of(directories.begin(), directories.end(), v1);
}

Plan plan(const Layout& layout, const Request& request) {
  Planner planner(layout, request);
  planner.add_settings();
  planner.add_devices();
  planner.add_companions();
  if (request.named) planner.add_what_engines_look_at();
  return planner.take();
}

std::vector<Setting> settings_for_update(const Layout& layout, const spec::Resources& resources,
                                         std::optional<std::uint64_t> memory_limit) {
  return settings(layout, resources, memory_limit);
}

}  // namespace cgroup
