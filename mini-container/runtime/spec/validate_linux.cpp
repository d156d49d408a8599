// See validate.h: the "linux" object. Reads: OCI runtime-spec config-linux.md, user_namespaces(7),
// time_namespaces(7), set_mempolicy(2).
#include <sys/stat.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "mini-container/runtime/spec/cpu_list.h"
#include "mini-container/runtime/spec/names.h"
#include "mini-container/runtime/spec/validate.h"

namespace spec {

namespace {

// The kernel's dev_t has 12 and 20 bits.
constexpr std::int64_t kHighestMajor = 4095, kHighestMinor = 1048575;

const Namespace* find(const Linux& platform, const std::string& type) {
  for (const Namespace& space : platform.namespaces) {
    if (space.type == type) return &space;
  }
  return nullptr;
}

bool makes_new(const Linux& platform, const std::string& type) {
  const Namespace* space = find(platform, type);
  return space != nullptr && space->path.empty();
}

void check_namespaces(const Linux& platform, Problems& problems) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < platform.namespaces.size(); ++i) {
    const Namespace& space = platform.namespaces[i];
    const std::string here = element("linux.namespaces", i);
    if (namespace_kind(space.type) == nullptr) {
      problems.add(here + ".type", "\"" + space.type + "\" is not a kind of namespace",
                   "Use one of pid, network, mount, ipc, uts, user, cgroup, time");
    }
    if (!seen.insert(space.type).second) problems.add(here + ".type", space.type + " appears twice");
    if (!space.path.empty()) problems.absolute(space.path, here + ".path");
  }
}

void check_user_namespace(const Linux& platform, Problems& problems) {
  const bool mapped = !platform.uid_mappings.empty() || !platform.gid_mappings.empty();
  if (mapped && find(platform, "user") == nullptr) {
    problems.add("linux.uidMappings", "ids are mapped only in a user namespace",
                 "Add {\"type\": \"user\"} to linux.namespaces");
  }
  if (makes_new(platform, "user")) {
    if (platform.uid_mappings.empty())
      problems.add("linux.uidMappings", "a new user namespace needs user ids");
    if (platform.gid_mappings.empty())
      problems.add("linux.gidMappings", "a new user namespace needs group ids");
  }
  check_mappings(platform.uid_mappings, "linux.uidMappings", problems);
  check_mappings(platform.gid_mappings, "linux.gidMappings", problems);
}

void check_time(const Linux& platform, Problems& problems) {
  if (!platform.time_offsets.empty() && !makes_new(platform, "time")) {
    problems.add("linux.timeOffsets", "clocks are shifted only in a new time namespace",
                 "Add {\"type\": \"time\"} to linux.namespaces");
  }
  for (const auto& [clock, offset] : platform.time_offsets) {
    const std::string here = "linux.timeOffsets." + clock;
    if (clock != "monotonic" && clock != "boottime") {
      problems.add(here, "is not a clock that can be shifted", "Use monotonic or boottime");
    }
    if (offset.nanoseconds >= 1'000'000'000) problems.add(here + ".nanosecs", "must be below 1000000000");
  }
}

void check_devices(const std::vector<Device>& devices, Problems& problems) {
  static const std::set<std::string> kTypes = {"c", "b", "u", "p"};
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const Device& device = devices[i];
    const std::string here = element("linux.devices", i);
    problems.absolute(device.path, here + ".path");
    if (!kTypes.contains(device.type)) {
      problems.add(here + ".type", "\"" + device.type + "\" is not a type of device", "Use c, u, b or p");
    }
    if (device.major < 0 || device.major > kHighestMajor)
      problems.add(here + ".major", "must not be negative, and at most 4095");
    if (device.minor < 0 || device.minor > kHighestMinor)
      problems.add(here + ".minor", "must not be negative, and at most 1048575");
    // WHY: Podman copies the whole st_mode of the host's device, with the bits of its type.
    if (device.file_mode && *device.file_mode > (S_IFMT | 07777)) {
      problems.add(here + ".fileMode", "is above 07777 and a file type");
    }
  }
}

void check_paths(const std::vector<std::string>& paths, const std::string& member, Problems& problems) {
  for (std::size_t i = 0; i < paths.size(); ++i)
    problems.absolute(paths[i], element(member, i));
}

void check_cgroups_path(const std::string& path, Problems& problems) {
  const std::string slashed = "/" + path + "/";
  if (slashed.find("/../") != std::string::npos) {
    problems.add("linux.cgroupsPath", "\"" + path + "\" contains \"..\"", "Name the group without it");
  }
}

void check_personality(const Personality& personality, Problems& problems) {
  if (personality.domain != "LINUX" && personality.domain != "LINUX32") {
    problems.add("linux.personality.domain", "\"" + personality.domain + "\" is not known",
                 "Use LINUX or LINUX32");
  }
  // SPEC: "The flags are currently not supported".
  if (!personality.flags.empty())
    problems.add("linux.personality.flags", "no flag is defined yet", "Remove them");
}

void check_nodes(const MemoryPolicy& policy, Problems& problems) {
  const std::string member = "linux.memoryPolicy.nodes";
  const bool takes_none = policy.mode == "MPOL_DEFAULT" || policy.mode == "MPOL_LOCAL";
  if (policy.nodes.empty()) {
    if (takes_none || policy.mode == "MPOL_PREFERRED") return;
    problems.add(member, policy.mode + " needs nodes, and there are none", "Write them like 0-3,7");
  } else if (takes_none) {
    problems.add(member, policy.mode + " takes no nodes", "Remove them, or use MPOL_BIND");
  } else if (!parse_cpu_list(policy.nodes)) {
    problems.add(member, "invalid memory policy node: \"" + policy.nodes + "\" is not a list of nodes",
                 "Write it like 0-3,7");
  }
}

void check_memory_policy(const MemoryPolicy& policy, Problems& problems) {
  const std::string here = "linux.memoryPolicy";
  if (!memory_mode(policy.mode)) {
    problems.add(here + ".mode", "invalid memory policy mode \"" + policy.mode + "\"",
                 fmt::format("Use one of {}", fmt::join(memory_mode_names(), ", ")));
    return;
  }
  check_nodes(policy, problems);
  for (std::size_t i = 0; i < policy.flags.size(); ++i) {
    if (!memory_flag(policy.flags[i])) {
      problems.add(element(here + ".flags", i), "invalid memory policy flag \"" + policy.flags[i] + "\"",
                   fmt::format("Use some of {}", fmt::join(memory_flag_names(), ", ")));
    }
  }
}

}  // namespace

void check_mappings(const std::vector<IdMapping>& mappings, const std::string& member, Problems& problems) {
  const auto overlap = [](std::uint64_t a, std::uint64_t a_size, std::uint64_t b, std::uint64_t b_size) {
    return a < b + b_size && b < a + a_size;
  };
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const IdMapping& one = mappings[i];
    const std::string here = element(member, i);
    if (one.size == 0) problems.add(here + ".size", "must be greater than zero");
    for (std::size_t j = 0; j < i; ++j) {
      const IdMapping& other = mappings[j];
      if (overlap(one.container_id, one.size, other.container_id, other.size) ||
          overlap(one.host_id, one.size, other.host_id, other.size)) {
        problems.add(here, "overlaps with " + element(member, j));
      }
    }
  }
  // user_namespaces(7): UID_GID_MAP_MAX_EXTENTS.
  if (mappings.size() > 340) problems.add(member, "has more than 340 entries");
}

void check_linux(const Linux& platform, Problems& problems) {
  static const std::set<std::string> kPropagations = {
      "", "shared", "slave", "private", "unbindable", "rshared", "rslave", "rprivate", "runbindable"};
  check_namespaces(platform, problems);
  check_user_namespace(platform, problems);
  check_time(platform, problems);
  check_devices(platform.devices, problems);
  check_paths(platform.masked_paths, "linux.maskedPaths", problems);
  check_paths(platform.readonly_paths, "linux.readonlyPaths", problems);
  check_cgroups_path(platform.cgroups_path, problems);
  if (!kPropagations.contains(platform.rootfs_propagation)) {
    problems.add("linux.rootfsPropagation",
                 "\"" + platform.rootfs_propagation + "\" is not a kind of propagation",
                 "Use shared, slave, private or unbindable");
  }
  if (platform.personality) check_personality(*platform.personality, problems);
  if (platform.memory_policy) check_memory_policy(*platform.memory_policy, problems);
  if (platform.seccomp) check_seccomp(*platform.seccomp, problems);
  check_resources(platform.resources, "linux.resources", problems);
}

}  // namespace spec
