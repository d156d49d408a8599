// See validate.h: a document without a mount namespace. Its container sees the host's mounts, and none may be made among
// them, where every process would see it and nobody take it away. So what only a mount can do is refused, wherever
// leaving it out would lift a restriction or let data go elsewhere. The kernel's own file systems are left out.
// Reads: mount_namespaces(7), chroot(2), OCI runtime-spec config-linux.md (namespaces).
#include <algorithm>
#include <set>

#include "mini-container/runtime/spec/names.h"
#include "mini-container/runtime/spec/validate.h"

namespace spec {

namespace {

// Without one of these a program lacks something; without any other mount its data would go to another place.
bool may_be_left_out(const Mount& mount) {
  static const std::set<std::string> kOfTheKernel = {"proc",   "sysfs",  "tmpfs",  "devpts",
                                                     "mqueue", "cgroup", "cgroup2"};
  const bool bind = std::any_of(mount.options.begin(), mount.options.end(), [](const std::string& option) {
    return option == "bind" || option == "rbind";
  });
  return kOfTheKernel.contains(mount.type) && !bind;
}

}  // namespace

void check_host_mounts(const Config& config, Problems& problems) {
  const Linux& platform = config.linux;
  if (has_namespace(platform, "mount")) return;
  const auto refuse_if = [&](bool asked, const std::string& member, const std::string& why) {
    if (asked) {
      problems.add(member, why + ", and without a mount namespace it would be the host's",
                   "Add {\"type\": \"mount\"} to linux.namespaces, or remove it");
    }
  };
  for (std::size_t i = 0; i < config.mounts.size(); ++i)
    refuse_if(!may_be_left_out(config.mounts[i]), element("mounts", i), "this is a mount");
  refuse_if(config.root.readonly, "root.readonly", "it is an attribute of a mount");
  refuse_if(!platform.masked_paths.empty(), "linux.maskedPaths", "a path is hidden by a mount");
  refuse_if(!platform.readonly_paths.empty(), "linux.readonlyPaths", "a path is protected by a mount");
  refuse_if(!platform.rootfs_propagation.empty(), "linux.rootfsPropagation", "it is an attribute of a mount");
  refuse_if(!platform.sysctl.empty(), "linux.sysctl", "they are written to a mounted procfs");
  refuse_if(config.process && config.process->terminal, "process.terminal", "it belongs to a mounted devpts");
  refuse_if(has_namespace(platform, "user"), "linux.namespaces",
            "devices for a user namespace are lent by mounts");
}

}  // namespace spec
