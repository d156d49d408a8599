// The plan as text, for `explain`: one step a line, in the order of apply.h.
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "mini-container/runtime/rootfs/plan.h"

namespace rootfs {

namespace {

std::string attribute_names(std::uint64_t attributes) {
  static constexpr struct {
    std::uint64_t bit;
    std::string_view name;
  } kNames[] = {{MOUNT_ATTR_RDONLY, "ro"},
                {MOUNT_ATTR_NOSUID, "nosuid"},
                {MOUNT_ATTR_NODEV, "nodev"},
                {MOUNT_ATTR_NOEXEC, "noexec"},
                {MOUNT_ATTR_NOATIME, "noatime"},
                {MOUNT_ATTR_STRICTATIME, "strictatime"},
                {MOUNT_ATTR_NODIRATIME, "nodiratime"}};
  std::string text;
  for (const auto& entry : kNames) {
    if ((attributes & entry.bit) != 0) text += (text.empty() ? "" : ",") + std::string(entry.name);
  }
  return text;
}

std::string line_of(const MountStep& step) {
  std::string text =
      fmt::format("mount {} on {}", step.options.bind ? step.source : step.type, step.destination);
  if (step.options.bind) text += step.options.recursive ? ", bind with all below" : ", bind";
  if (step.options.set != 0) text += ", " + attribute_names(step.options.set);
  if (step.options.recursive_set != 0)
    text += ", and all below " + attribute_names(step.options.recursive_set);
  if (step.id_map) text += step.options.id_mapped_recursive ? ", id-mapped with all below" : ", id-mapped";
  if (step.options.propagation != 0) text += ", " + sys::mount_flag_names(step.options.propagation);
  for (const auto* options : {&step.options.parameters, &step.options.superblock}) {
    for (const sys::FsOption& option : *options)
      text += fmt::format(", {}{}{}", option.key, option.value.empty() ? "" : "=", option.value);
  }
  return text + "\n";
}

std::string line_of(const DeviceNode& node, bool bind) {
  if (S_ISFIFO(node.mode)) return fmt::format("make FIFO {} mode {:o}\n", node.path, node.mode & 07777);
  if (bind && !node.owner_outside) return fmt::format("bind the host's {}\n", node.path);
  return fmt::format("make device {} {} {}:{} mode {:o}{}\n", node.path, S_ISBLK(node.mode) ? "b" : "c",
                     major(node.device), minor(node.device), node.mode & 07777,
                     bind ? ", outside, and bind it" : "");
}

std::string line_of(Way way) {
  if (way == Way::pivot) return "pivot into the root\n";
  if (way == Way::move) return "move the root over the host's, then chroot\n";
  return "chroot into the root, and mount nothing: there is no mount namespace\n";
}

}  // namespace

std::string describe(const Plan& plan) {
  std::string text = fmt::format("root {}{}\n", plan.root, plan.readonly ? ", read-only at the end" : "");
  for (const MountStep& step : plan.mounts)
    text += line_of(step);
  for (const DeviceNode& node : plan.devices)
    text += line_of(node, plan.bind_devices);
  for (const Link& link : plan.links)
    text += fmt::format("link {} -> {}\n", link.path, link.target);
  if (plan.console) text += "bind the terminal on /dev/console\n";
  for (const Sysctl& sysctl : plan.sysctls)
    text += fmt::format("write /proc/sys/{} {}\n", sysctl.path, sysctl.value);
  for (const std::string& path : plan.masked_paths)
    text += fmt::format("hide {}\n", path);
  for (const std::string& path : plan.readonly_paths)
    text += fmt::format("make {} read-only\n", path);
  for (const std::string& path : plan.readonly_after)
    text += fmt::format("make {} read-only\n", path);
  text += line_of(plan.way);
  if (plan.propagation != 0) {
    text += fmt::format("propagation {}{}\n", sys::mount_flag_names(plan.propagation),
                        plan.propagation_recursive ? " with all below" : "");
  }
  return text;
}

}  // namespace rootfs
