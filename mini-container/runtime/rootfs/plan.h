// The file system of a container as an ordered list of things to do: mounts, devices, links, what to hide and
// what to make read-only.
//
// Pure: no kernel call, no privilege. apply.h carries it out in the child. Reads: OCI runtime-spec config.md
// (root, mounts), config-linux.md (devices, default file systems, masked and read-only paths, sysctl).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "mini-container/runtime/rootfs/options.h"
#include "mini-container/runtime/spec/config.h"

namespace rootfs {

// Whose ids become whose through an id-mapped mount: as a map, or as a user namespace that has one.
struct IdMap {
  std::string uid_map, gid_map;  // "0 100000 65536" a line, as /proc/PID/uid_map takes it
  std::string path;              // of the user namespace instead; empty: make one with these maps
};

struct MountStep {
  std::string destination;  // absolute, in the container
  std::string type;         // "bind" when options ask for it
  std::string source;       // of a bind: absolute on the host
  MountOptions options;
  std::string member;  // "mounts[3]"
  std::optional<IdMap> id_map;
  bool hosts_sysfs = false;  // a bind of the host's, where the kernel would refuse a new one
};

struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
};

struct DeviceNode {
  std::string path;  // "/dev/null"
  mode_t mode = 0;   // S_IFCHR | 0666
  dev_t device = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string member;  // "linux.devices[0]"; empty for a default device
  // Of a device of the document, where a new user namespace maps both of its ids: who that is on the host.
  std::optional<Owner> owner_outside = {};
};

struct Link {
  std::string path;
  std::string target;
};

struct Sysctl {
  std::string path;  // below /proc/sys: "net/ipv4/ip_forward"
  std::string value;
  std::string member;
};

// A group of the container, to be shown by a mount of type cgroup.
struct CgroupView {
  std::string name;    // "memory", "cpu,cpuacct", "unified"
  std::string source;  // its directory on the host
};

// How the first process leaves the host's tree.
enum class Way {
  pivot,      // pivot_root(2)
  move,       // MS_MOVE and chroot(2), where the former cannot work: no_pivot.cpp
  no_mounts,  // chroot(2) alone, and not one mount: the container has no mount namespace. See no_mounts.cpp
};

struct Plan {
  std::string root;  // absolute on the host
  bool readonly = false;
  Way way = Way::pivot;
  std::uint64_t propagation = 0;  // MS_* of linux.rootfsPropagation, applied last; 0 keeps slave
  bool propagation_recursive = false;
  std::vector<MountStep> mounts;
  std::vector<CgroupView> cgroups;
  bool cgroup_namespace = false;
  bool bind_devices = false;        // mknod(2) is refused in a user namespace: bind the host's instead
  std::vector<DeviceNode> devices;  // empty when /dev comes from the host
  std::vector<Link> links;          // /dev/fd, /dev/stdin ...; empty when /dev comes from the host
  std::vector<std::string> readonly_after;  // mounts that are filled first: "/dev" with option ro
  bool console = false;                     // make a place for /dev/console
  std::string working_directory;            // made if missing
  std::vector<std::string> masked_paths, readonly_paths;
  std::vector<Sysctl> sysctls;
};

struct Request {
  const spec::Config& config;
  std::string bundle;               // absolute: root.path and relative bind sources start here
  std::vector<CgroupView> cgroups;  // from Cgroup::placements()
  bool user_namespace = false;      // the container runs in one that is not the host's
  bool selinux = false;             // the host's kernel has it: linux.mountLabel means something
};

// Throws spec::Invalid: an unknown option, a target in /proc, a sysctl that is not of a new namespace ...
Plan plan(const Request& request);

// The plan for a person, one step a line.
std::string describe(const Plan& plan);

}  // namespace rootfs
