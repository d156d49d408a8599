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

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::optional<mode_t> umask;
  std::vector<gid_t> additional_gids;
};

// Names such as "CAP_CHOWN".
struct Capabilities {
  std::vector<std::string> bounding, effective, inheritable, permitted, ambient;
};

struct Rlimit {
  std::string type;  // "RLIMIT_NOFILE"
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};

struct ConsoleSize {
  unsigned height = 0;
  unsigned width = 0;
};

struct Process {
  bool terminal = false;
  std::optional<ConsoleSize> console_size;
  User user;
  std::vector<std::string> args;
  std::vector<std::string> env;  // "NAME=value"
  std::string cwd;
  std::optional<Capabilities> capabilities;
  std::vector<Rlimit> rlimits;
  bool no_new_privileges = false;
  std::optional<int> oom_score_adj;
  std::string apparmor_profile;
  std::string selinux_label;
};

struct Root {
  std::string path;
  bool readonly = false;
};

struct Hook {
  std::string path;
  std::vector<std::string> args, env;
  std::optional<int> timeout;  // seconds
};

struct Hooks {
  std::vector<Hook> prestart, create_runtime, create_container, start_container, poststart, poststop;
};

struct DeviceRule {
  bool allow = false;
  std::string type;  // "a", "c", "b"; empty means "a"
  std::optional<std::int64_t> major, minor;
  std::string access;  // of "rwm"
};

struct CpuResources {
  std::optional<std::uint64_t> shares, period, realtime_period, burst;
  std::optional<std::int64_t> quota, realtime_runtime, idle;
  std::string cpus, mems;
};

struct MemoryResources {
  std::optional<std::int64_t> limit, reservation, swap;  // bytes; -1 for unlimited
  std::optional<std::uint64_t> swappiness;
  std::optional<bool> disable_oom_killer, use_hierarchy, check_before_update;
};

struct PidsResources {
  std::optional<std::int64_t> limit;  // -1 for unlimited
};

struct Resources {
  std::vector<DeviceRule> devices;
  CpuResources cpu;
  MemoryResources memory;
  PidsResources pids;
  std::map<std::string, std::string> unified;  // cgroup v2 file -> content
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
