// config.json as plain values, with the names of the OCI runtime specification.
//
// An absent member of the document is an empty optional, vector or string here, so that "not asked for" and
// "asked for zero" stay apart. parse.h fills these from JSON, validate.h checks what the types cannot, and
// the plans of the mechanisms each take their own slice, never the whole. Reads: OCI runtime-spec 1.2:
// config.md, config-linux.md.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mini-container/runtime/spec/config_process.h"
#include "mini-container/runtime/spec/config_resources.h"

namespace spec {

struct IdMapping {
  std::uint32_t container_id = 0;
  std::uint32_t host_id = 0;
  std::uint32_t size = 0;
};

struct Namespace {
  std::string type;  // "pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"
  std::string path;  // to join; empty for a new one
};

struct TimeOffset {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
};

struct Mount {
  std::string destination;  // absolute, in the container
  std::string type;
  std::string source;
  std::vector<std::string> options;
  std::vector<IdMapping> uid_mappings;
  std::vector<IdMapping> gid_mappings;
};

struct Device {
  std::string type;  // "c", "b", "u", "p"
  std::string path;
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::optional<mode_t> file_mode;
  std::optional<uid_t> uid;
  std::optional<gid_t> gid;
};

struct Root {
  std::string path;
  bool readonly = false;
};

struct Hook {
  std::string path;
  std::vector<std::string> args;
  std::optional<std::vector<std::string>> env;  // absent: the runtime's own, as with runc and crun
  std::optional<int> timeout;                   // seconds
};

struct Hooks {
  std::vector<Hook> prestart, create_runtime, create_container, start_container, poststart, poststop;
};

struct SyscallArgument {
  unsigned index = 0;
  std::uint64_t value = 0;
  std::uint64_t value_two = 0;
  std::string op;  // "SCMP_CMP_EQ" ...
};

struct SyscallRule {
  std::vector<std::string> names;
  std::string action;  // "SCMP_ACT_ALLOW" ...
  std::optional<unsigned> errno_ret;
  std::vector<SyscallArgument> args;
};

struct Seccomp {
  std::string default_action;
  std::optional<unsigned> default_errno_ret;
  std::vector<std::string> architectures;  // "SCMP_ARCH_X86_64" ...
  std::vector<std::string> flags;          // "SECCOMP_FILTER_FLAG_LOG" ...
  std::string listener_path;
  std::string listener_metadata;
  std::vector<SyscallRule> syscalls;
};

// personality(2): the kernel that the program believes it runs on.
struct Personality {
  std::string domain;  // "LINUX", "LINUX32"
  std::vector<std::string> flags;
};

// set_mempolicy(2): from which NUMA nodes memory comes.
struct MemoryPolicy {
  std::string mode;                // "MPOL_BIND" ...
  std::string nodes;               // "0-3,7"; empty: none
  std::vector<std::string> flags;  // "MPOL_F_STATIC_NODES" ...
};

struct Linux {
  std::vector<IdMapping> uid_mappings, gid_mappings;
  std::vector<Namespace> namespaces;
  std::map<std::string, TimeOffset> time_offsets;  // "monotonic", "boottime"
  std::vector<Device> devices;
  std::string cgroups_path;
  Resources resources;
  std::string rootfs_propagation;
  std::optional<Seccomp> seccomp;
  std::map<std::string, std::string> sysctl;
  std::vector<std::string> masked_paths;
  std::vector<std::string> readonly_paths;
  std::string mount_label;
  std::optional<Personality> personality;
  std::optional<MemoryPolicy> memory_policy;
};

struct Config {
  std::string oci_version;
  std::optional<Process> process;  // absent: create only, start refuses
  Root root;
  std::string hostname;
  std::string domainname;
  std::vector<Mount> mounts;
  Hooks hooks;
  std::map<std::string, std::string> annotations;
  Linux linux;
};

}  // namespace spec
