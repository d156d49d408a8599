// See plan.h: the document's `mounts`, one step each. Reads: OCI runtime-spec config.md (mounts), mount(8).
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "mini-container/runtime/rootfs/plan_parts.h"
#include "mini-container/runtime/spec/invalid.h"

namespace rootfs {

std::string absolute(const std::string& base, const std::string& path) {
  std::string result = (std::filesystem::path(base) / path).lexically_normal().string();
  if (result.size() > 1 && result.back() == '/') result.pop_back();
  return result;
}

namespace {

// The parameters that these file systems take; a wrong one is better named before anything is made.
struct Parameters {
  std::string_view type;
  std::vector<std::string_view> names;
};

void check_parameters(const MountStep& step) {
  static const Parameters kKnown[] = {
      {"proc", {"hidepid", "gid", "subset"}},
      {"sysfs", {}},
      {"mqueue", {}},
      {"devpts", {"newinstance", "ptmxmode", "mode", "uid", "gid", "max"}},
      {"tmpfs",
       {"size", "nr_blocks", "nr_inodes", "mode", "uid", "gid", "huge", "mpol", "inode32", "inode64",
        "noswap"}},
  };
  for (const Parameters& known : kKnown) {
    if (known.type != step.type) continue;
    for (const sys::FsOption& parameter : step.options.parameters) {
      if (std::find(known.names.begin(), known.names.end(), parameter.key) != known.names.end()) continue;
      throw spec::Invalid(
          step.member + ".options",
          fmt::format("\"{}\" is no option of a {} mount", parameter.key, step.type),
          known.names.empty()
              ? "It takes none of its own, only those of every mount (ro, nosuid, ...)"
              : fmt::format("Besides those of every mount it takes {}", fmt::join(known.names, ", ")));
    }
  }
}

// WHY: a mount inside /proc could forge what the container, and later steps of the runtime, believe about
// processes and security labels (CVE-2019-16884). These few are what lxcfs replaces.
void check_target_in_proc(const MountStep& step) {
  static constexpr std::string_view kHarmless[] = {
      "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo",  "/proc/stat",    "/proc/swaps",
      "/proc/uptime",  "/proc/loadavg",   "/proc/slabinfo", "/proc/net/dev",
  };
  if (!step.destination.starts_with("/proc/")) return;
  if (std::find(std::begin(kHarmless), std::end(kHarmless), step.destination) != std::end(kHarmless)) return;
  throw spec::Invalid(step.member + ".destination", fmt::format("{} is inside /proc", step.destination),
                      fmt::format("Only these may be replaced there: {}", fmt::join(kHarmless, ", ")));
}

std::string map_text(const std::vector<spec::IdMapping>& mappings) {
  std::string text;
  for (const spec::IdMapping& one : mappings)
    text += fmt::format("{} {} {}\n", one.container_id, one.host_id, one.size);
  return text;
}

// SPEC: the mount's own mappings, else those of the container's user namespace, else an error.
std::optional<IdMap> id_map_of(const spec::Mount& mount, const MountStep& step, const spec::Linux& linux) {
  if (!step.options.id_mapped && mount.uid_mappings.empty()) return std::nullopt;
  if (!step.options.bind) {
    throw spec::Invalid(step.member + ".options", "only a bind mount can be id-mapped",
                        "The owners in a new file system are yours to choose: see uid= and gid=");
  }
  if (!mount.uid_mappings.empty())
    return IdMap{map_text(mount.uid_mappings), map_text(mount.gid_mappings), ""};
  for (const spec::Namespace& space : linux.namespaces) {
    if (space.type == "user")
      return IdMap{map_text(linux.uid_mappings), map_text(linux.gid_mappings), space.path};
  }
  throw spec::Invalid(step.member + ".options", "idmap needs a map, and the container has no user namespace",
                      "Add uidMappings and gidMappings to the mount");
}

bool makes_new(const spec::Linux& linux, std::string_view type) {
  return std::any_of(linux.namespaces.begin(), linux.namespaces.end(),
                     [&](const spec::Namespace& space) { return space.type == type && space.path.empty(); });
}

// WHY: the kernel mounts a sysfs only for the user namespace that the network namespace belongs to (EPERM). As with crun
// the host's is shown instead. Read-only, since its files ask for ids, and root inside may be root's id outside.
void show_the_hosts_sysfs(MountStep& step) {
  step.type = "bind";
  step.source = "/sys";
  step.hosts_sysfs = step.options.bind = step.options.recursive = true;
  step.options.recursive_set = step.options.set | MOUNT_ATTR_RDONLY;
}

MountStep mount_step(const spec::Mount& mount, const std::string& member, const Request& request) {
  MountStep step;
  step.member = member;
  step.destination = absolute("/", mount.destination);
  step.options = parse_options(mount.options, member + ".options");
  step.options.bind = step.options.bind || mount.type == "bind";
  step.type = step.options.bind ? "bind" : mount.type;
  step.source = step.options.bind ? absolute(request.bundle, mount.source) : mount.source;
  if (step.destination == "/") {
    throw spec::Invalid(member + ".destination", "/ is the root itself", "Name its content in root.path");
  }
  if (step.options.bind && mount.source.empty()) {
    throw spec::Invalid(member + ".source", "a bind mount needs one",
                        "Name the directory or file of the host");
  }
  if (step.type.empty() && !step.options.remount) {
    throw spec::Invalid(member + ".type", "there is none",
                        "Name a file system (see /proc/filesystems), or bind");
  }
  check_parameters(step);
  const spec::Linux& linux = request.config.linux;
  if (step.type == "sysfs" && makes_new(linux, "user") && !makes_new(linux, "network"))
    show_the_hosts_sysfs(step);
  check_target_in_proc(step);
  step.id_map = id_map_of(mount, step, linux);
  return step;
}

// SELinux labels whole file systems as they are mounted; these keep the label that the kernel gives each of their files.
bool has_labels_of_its_own(const MountStep& step) {
  static constexpr std::string_view kOwn[] = {"proc", "sysfs", "mqueue", "cgroup", "cgroup2"};
  return step.options.bind || step.options.remount ||
         std::find(std::begin(kOwn), std::end(kOwn), step.type) != std::end(kOwn);
}

}  // namespace

std::vector<MountStep> plan_mounts(const Request& request) {
  const spec::Config& config = request.config;
  const std::string& label = config.linux.mount_label;
  if (!label.empty() && !request.selinux) {
    throw spec::Invalid("linux.mountLabel", "the host's kernel has no SELinux, so nothing would enforce it",
                        "Remove it, or boot with the module: see /sys/kernel/security/lsm");
  }
  std::vector<MountStep> steps;
  for (std::size_t i = 0; i < config.mounts.size(); ++i) {
    MountStep step = mount_step(config.mounts[i], fmt::format("mounts[{}]", i), request);
    if (!label.empty() && !has_labels_of_its_own(step)) step.options.parameters.push_back({"context", label});
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace rootfs
