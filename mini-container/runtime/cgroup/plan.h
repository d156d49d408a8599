// What to write where: linux.resources of the configuration as an ordered list of cgroup files and values.
//
// Pure: it makes no kernel call and needs no privilege. The order is part of the plan, because the kernel
// refuses some orders: memory before memory+swap, cpuset before any process enters. Reads: OCI runtime-spec
// config-linux.md (cgroups), Linux Documentation/admin-guide/cgroup-v1/, cgroup-v2.rst.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mini-container/runtime/cgroup/device_rules.h"
#include "mini-container/runtime/cgroup/layout.h"
#include "mini-container/runtime/spec/config.h"

namespace cgroup {

struct FileValue {
  std::string file, value;
  bool operator==(const FileValue&) const = default;
};

// One write. `file` stands in the directory of the hierarchy that has `controller`.
struct Setting {
  std::string controller;  // "memory"; empty for files of every v2 group ("cgroup.freeze")
  std::string file;        // "memory.limit_in_bytes"
  std::string value;
  std::string member;  // of the document, for errors: "linux.resources.memory.limit"
  // Where the kernel lacks `file`: the same wish in another I/O scheduler's words. Empty: there is no other way.
  FileValue otherwise = {};
  bool operator==(const Setting&) const = default;
};

// The container's group in one hierarchy.
struct Directory {
  Version version = Version::v1;
  std::string mount_point;
  std::string path;                      // absolute: "/sys/fs/cgroup/memory/mini-runtime/box"
  std::vector<std::string> controllers;  // that the hierarchy has
  // v2: those that the plan writes to, to be enabled in the cgroup.subtree_control of each group above.
  std::vector<std::string> enable;
  // v2: those that only count, and that a later update may write to; enabled where the groups above allow it.
  std::vector<std::string> offer;
  bool has(std::string_view controller) const;
};

struct Plan {
  std::vector<Directory> directories;  // only hierarchies that have something to do
  std::vector<Setting> settings;       // in the order of writing
  // v2 has no device files: an eBPF program decides. Empty on v1, where rules are settings.
  std::vector<DeviceRule> device_program;
  // Nothing is asked for: failing to make the groups (EACCES, EPERM, EROFS without root) is then no error.
  bool optional = false;

  // v1 has no CLONE_INTO_CGROUP: groups that no process can be born into may as well be made after the clone.
  bool is_entered_later() const;
};

struct Request {
  // linux.cgroupsPath: absolute from the mount, or relative; relative ones, and the container's id when the
  // document names none, come below /mini-runtime (root) or beside the caller's own group (rootless).
  std::string path;
  const spec::Resources& resources;
  bool rootless = false;  // device rules are left out: in a user namespace no device opens anyway
  // The document itself names the group, or mounts it: whoever chose the name will look there for figures (docker stats)
  // and set limits there (docker update), and what is mounted shows later limits too, so it exists for every controller.
  bool named = false;
  // Made by `run`: no engine stands between its steps, so of a named group only the figures are wanted. Limits of
  // other controllers may come later all the same: `update` makes the groups that are missing.
  bool run = false;
  // Groups that are refused are an error even where nothing is limited.
  bool required = false;
  // The program has a realtime policy, which the kernel refuses (EPERM) in a v1 cpu group without real-time runtime.
  bool realtime_policy = false;
};

// Throws spec::Invalid for a limit whose controller the host lacks, for a v2 member on v1 and the reverse.
Plan plan(const Layout& layout, const Request& request);

// Only the settings, for `update` of a running container; `memory_limit` is what is in force (the order of
// memory and memory+swap depends on it).
std::vector<Setting> settings_for_update(const Layout& layout, const spec::Resources& resources,
                                         std::optional<std::uint64_t> memory_limit);

// SPEC: with memory.checkBeforeUpdate a limit below what is in use (nullopt: unknown) is refused before it is written;
// v1 kernels refuse it anyway, v2 kernels would begin to kill. Throws spec::Invalid.
void check_before_update(const spec::MemoryResources& memory, std::optional<std::uint64_t> in_use);

// cpu.shares (v1, 1024 by default) as cpu.weight (v2, 100 by default), keeping ratios: 1024:2048 -> 100:200.
std::uint64_t weight_of_shares(std::uint64_t shares);

// The plan for a person, one write a line: what `explain` prints.
std::string describe(const Plan& plan);

}  // namespace cgroup
