// See plan.h. Reading order: plan() at the end, then its parts upwards; mounts are in plan_mounts.cpp.
#include "mini-container/runtime/rootfs/plan.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <string_view>

#include "mini-container/runtime/rootfs/plan_parts.h"
#include "mini-container/runtime/rootfs/sysctl.h"
#include "mini-container/runtime/spec/invalid.h"
#include "mini-container/runtime/spec/names.h"

namespace rootfs {

namespace {

std::vector<DeviceNode> default_devices() {
  // SPEC: the default devices; /dev/console and /dev/ptmx are made otherwise.
  static constexpr struct {
    std::string_view name;
    unsigned minor_number;
    unsigned major_number = 1;
  } kDefaults[] = {{"null", 3}, {"zero", 5}, {"full", 7}, {"random", 8}, {"urandom", 9}, {"tty", 0, 5}};
  std::vector<DeviceNode> devices;
  for (const auto& entry : kDefaults) {
    devices.push_back({fmt::format("/dev/{}", entry.name), S_IFCHR | 0666,
                       makedev(entry.major_number, entry.minor_number), 0, 0, ""});
  }
  return devices;
}

DeviceNode device_node(const spec::Device& device, const std::string& member) {
  mode_t kind = 0;
  if (device.type == "c" || device.type == "u") kind = S_IFCHR;
  if (device.type == "b") kind = S_IFBLK;
  if (device.type == "p") kind = S_IFIFO;
  if (kind == 0) {
    throw spec::Invalid(member + ".type", fmt::format("\"{}\" is no kind of device", device.type),
                        "Use c or u (character), b (block) or p (FIFO)");
  }
  if (!device.path.starts_with("/")) {
    throw spec::Invalid(member + ".path", fmt::format("\"{}\" is not absolute", device.path));
  }
  const dev_t number = makedev(static_cast<unsigned>(device.major), static_cast<unsigned>(device.minor));
  return {absolute("/", device.path),   kind | (device.file_mode.value_or(0666) & 07777),
          kind == S_IFIFO ? 0 : number, device.uid.value_or(0),
          device.gid.value_or(0),       member};
}

std::optional<std::uint32_t> outside(const std::vector<spec::IdMapping>& mappings, std::uint32_t id) {
  for (const spec::IdMapping& one : mappings) {
    if (id >= one.container_id && id - one.container_id < one.size)
      return one.host_id + (id - one.container_id);
  }
  return std::nullopt;
}

std::optional<Owner> owner_outside(const spec::Linux& linux, const DeviceNode& node) {
  const auto uid = outside(linux.uid_mappings, node.uid);
  const auto gid = outside(linux.gid_mappings, node.gid);
  if (!uid || !gid) return std::nullopt;
  return Owner{*uid, *gid};
}

// The document's devices, and the defaults that it does not replace.
std::vector<DeviceNode> devices_of(const spec::Linux& linux) {
  std::vector<DeviceNode> devices = default_devices();
  for (std::size_t i = 0; i < linux.devices.size(); ++i) {
    DeviceNode node = device_node(linux.devices[i], fmt::format("linux.devices[{}]", i));
    node.owner_outside = owner_outside(linux, node);
    std::erase_if(devices, [&](const DeviceNode& other) { return other.path == node.path; });
    devices.push_back(node);
  }
  return devices;
}

std::vector<Link> default_links() {
  return {{"/dev/fd", "/proc/self/fd"},
          {"/dev/stdin", "/proc/self/fd/0"},
          {"/dev/stdout", "/proc/self/fd/1"},
          {"/dev/stderr", "/proc/self/fd/2"},
          {"/dev/ptmx", "pts/ptmx"}};
}

void plan_propagation(Plan& plan, const std::string& wanted) {
  if (wanted.empty()) return;
  const MountOptions options = parse_options({wanted}, "linux.rootfsPropagation");
  if (options.propagation == 0) {
    throw spec::Invalid("linux.rootfsPropagation", fmt::format("\"{}\" is not known", wanted),
                        "Use shared, slave, private or unbindable, or these with an r before");
  }
  plan.propagation = options.propagation;
  plan.propagation_recursive = options.propagation_recursive;
}

void plan_dev(Plan& plan, const spec::Linux& linux) {
  for (MountStep& step : plan.mounts) {
    if (step.destination != "/dev") continue;
    // WHY: a /dev bound from the host is the host's; nothing is made in it.
    if (step.options.bind) return;
    // ORDER: its nodes are made after it is mounted, so it becomes read-only after that (EROFS).
    if ((step.options.set & MOUNT_ATTR_RDONLY) != 0) {
      step.options.set &= ~std::uint64_t{MOUNT_ATTR_RDONLY};
      plan.readonly_after.push_back(step.destination);
    }
  }
  plan.devices = devices_of(linux);
  plan.links = default_links();
}

// The host's /sys has the host's control groups in it, unless the document mounts the container's own there.
bool shows_the_hosts_groups(const std::vector<MountStep>& mounts) {
  const auto has = [&](auto property) { return std::any_of(mounts.begin(), mounts.end(), property); };
  return has([](const MountStep& step) { return step.hosts_sysfs; }) &&
         !has([](const MountStep& step) { return step.destination == "/sys/fs/cgroup"; });
}

}  // namespace

Plan plan(const Request& request) {
  const spec::Config& config = request.config;
  Plan plan;
  plan.root = absolute(request.bundle, config.root.path);
  plan.readonly = config.root.readonly;
  plan_propagation(plan, config.linux.rootfs_propagation);
  if (!spec::has_namespace(config.linux, "mount")) plan.way = Way::no_mounts;
  if (plan.way != Way::no_mounts) plan.mounts = plan_mounts(request);
  plan.cgroups = request.cgroups;
  plan.cgroup_namespace = spec::has_namespace(config.linux, "cgroup");
  plan.bind_devices = request.user_namespace;
  plan_dev(plan, config.linux);
  plan.console = config.process && config.process->terminal;
  if (config.process && config.process->cwd != "/") plan.working_directory = config.process->cwd;
  plan.masked_paths = config.linux.masked_paths;
  if (shows_the_hosts_groups(plan.mounts)) plan.masked_paths.push_back("/sys/fs/cgroup");
  plan.readonly_paths = config.linux.readonly_paths;
  plan.sysctls = plan_sysctls(config.linux, config.domainname);
  return plan;
}

}  // namespace rootfs
