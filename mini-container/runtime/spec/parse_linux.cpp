// See parse.h: the "linux" object, but its resources. Reads: OCI runtime-spec config-linux.md.
#include "mini-container/runtime/spec/readers.h"

namespace spec {

void read(const Node& node, Namespace& space) {
  node.require("type", space.type);
  node.get("path", space.path);
}

void read(const Node& node, TimeOffset& offset) {
  node.get("secs", offset.seconds);
  node.get("nanosecs", offset.nanoseconds);
}

void read(const Node& node, Device& device) {
  node.require("type", device.type);
  node.require("path", device.path);
  node.get("major", device.major);
  node.get("minor", device.minor);
  node.get("fileMode", device.file_mode);
  node.get("uid", device.uid);
  node.get("gid", device.gid);
}

void read(const Node& node, SyscallArgument& argument) {
  node.require("index", argument.index);
  node.require("value", argument.value);
  node.get("valueTwo", argument.value_two);
  node.require("op", argument.op);
}

void read(const Node& node, SyscallRule& rule) {
  node.require("names", rule.names);
  node.require("action", rule.action);
  node.get("errnoRet", rule.errno_ret);
  node.get("args", rule.args);
}

void read(const Node& node, Seccomp& seccomp) {
  node.require("defaultAction", seccomp.default_action);
  node.get("defaultErrnoRet", seccomp.default_errno_ret);
  node.get("architectures", seccomp.architectures);
  node.get("flags", seccomp.flags);
  node.get("listenerPath", seccomp.listener_path);
  node.get("listenerMetadata", seccomp.listener_metadata);
  node.get("syscalls", seccomp.syscalls);
}

void read(const Node& node, Personality& personality) {
  node.require("domain", personality.domain);
  node.get("flags", personality.flags);
}

void read(const Node& node, MemoryPolicy& policy) {
  node.require("mode", policy.mode);
  node.get("nodes", policy.nodes);
  node.get("flags", policy.flags);
}

void read(const Node& node, Linux& platform) {
  node.get("uidMappings", platform.uid_mappings);
  node.get("gidMappings", platform.gid_mappings);
  node.get("namespaces", platform.namespaces);
  node.get("timeOffsets", platform.time_offsets);
  node.get("devices", platform.devices);
  node.get("cgroupsPath", platform.cgroups_path);
  node.get("resources", platform.resources);
  node.get("rootfsPropagation", platform.rootfs_propagation);
  node.get("seccomp", platform.seccomp);
  node.get("sysctl", platform.sysctl);
  node.get("maskedPaths", platform.masked_paths);
  node.get("readonlyPaths", platform.readonly_paths);
  node.get("mountLabel", platform.mount_label);
  node.refuse("intelRdt", "cache allocation is not supported");
  // A device whose settings are empty is still to be moved.
  node.with("netDevices", [](const Node& devices) {
    if (!devices.object().empty())
      devices.fail("moving network devices (specification 1.3) is not supported",
                   "Remove it to go on without");
  });
  node.get("personality", platform.personality);
  node.get("memoryPolicy", platform.memory_policy);
}

}  // namespace spec
