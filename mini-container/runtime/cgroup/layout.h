// Where the control group hierarchies are on this host.
//
// Three layouts exist in class rooms: v1 (each controller has a hierarchy, or shares one: "cpu,cpuacct"), v2
// (one hierarchy for all) and hybrid (v1 controllers, and a v2 tree beside them that has few or none). A
// controller lives in exactly one hierarchy, so the layout is a list, and "v1 or v2" is asked per controller.
// Reads: cgroups(7), proc(5) (mountinfo, /proc/PID/cgroup).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cgroup {

enum class Version { v1 = 1, v2 = 2 };

struct Hierarchy {
  Version version = Version::v1;
  std::string mount_point;               // "/sys/fs/cgroup/cpu,cpuacct"
  std::string mount_root;                // the group that the mount shows as its top: "/" unless nested
  std::vector<std::string> controllers;  // "cpu", "cpuacct"; of v2, what cgroup.controllers lists
  std::string own;                       // this process's group, from the top of the hierarchy: "/user.slice"

  bool has(std::string_view controller) const;
  // "cpu,cpuacct", or "unified" for v2: the name by which engines and state.json know it.
  std::string name() const;
};

struct Layout {
  std::vector<Hierarchy> hierarchies;

  // The hierarchy that has the controller, or nullptr.
  const Hierarchy* find(std::string_view controller) const;
  // The v2 hierarchy, or nullptr.
  const Hierarchy* unified() const;
  // True when v2 is the only version mounted.
  bool pure_v2() const;
};

// From the text of /proc/self/mountinfo, /proc/self/cgroup, and cgroup.controllers at the v2 mount ("" without
// v2). Lines that are not about cgroups, or that the kernel would not write, are skipped.
Layout parse_layout(std::string_view mountinfo, std::string_view self_cgroup,
                    std::string_view unified_controllers);

// The layout of this host, for this process.
Layout detect();

}  // namespace cgroup
