// See names.h.
#include "mini-container/runtime/spec/names.h"

#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/sys/scheduling.h"

namespace spec {

namespace {

struct Name {
  std::string_view name;
  unsigned number;
};

constexpr Name kLimits[] = {
    {"RLIMIT_AS", RLIMIT_AS},           {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},         {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},     {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK}, {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},       {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},     {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},   {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_STACK", RLIMIT_STACK},     {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
};

// SPEC: names SCHED_ISO too, which no kernel has.
constexpr Name kPolicies[] = {
    {"SCHED_OTHER", SCHED_NORMAL}, {"SCHED_FIFO", SCHED_FIFO}, {"SCHED_RR", SCHED_RR},
    {"SCHED_BATCH", SCHED_BATCH},  {"SCHED_IDLE", SCHED_IDLE}, {"SCHED_DEADLINE", SCHED_DEADLINE},
};

constexpr Name kSchedulerFlags[] = {
    {"SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK},
    {"SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM},
    {"SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN},
    {"SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY},
    {"SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS},
    {"SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX},
};

constexpr Name kIoClasses[] = {
    {"IOPRIO_CLASS_RT", sys::kIoClassRealtime},
    {"IOPRIO_CLASS_BE", sys::kIoClassBestEffort},
    {"IOPRIO_CLASS_IDLE", sys::kIoClassIdle},
};

constexpr Name kMemoryModes[] = {
    {"MPOL_DEFAULT", MPOL_DEFAULT},  {"MPOL_PREFERRED", MPOL_PREFERRED},
    {"MPOL_BIND", MPOL_BIND},        {"MPOL_INTERLEAVE", MPOL_INTERLEAVE},
    {"MPOL_LOCAL", MPOL_LOCAL},      {"MPOL_PREFERRED_MANY", MPOL_PREFERRED_MANY},
    {"MPOL_WEIGHTED_INTERLEAVE", 6},  // of Linux 6.9; Debian 12's header ends before
};

constexpr Name kMemoryFlags[] = {
    {"MPOL_F_NUMA_BALANCING", MPOL_F_NUMA_BALANCING},
    {"MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES},
    {"MPOL_F_STATIC_NODES", MPOL_F_STATIC_NODES},
};

template <std::size_t count>
std::optional<unsigned> number_of(const Name (&table)[count], std::string_view name) {
  for (const Name& entry : table) {
    if (entry.name == name) return entry.number;
  }
  return std::nullopt;
}

template <std::size_t count>
std::string name_of(const Name (&table)[count], unsigned number) {
  for (const Name& entry : table) {
    if (entry.number == number) return std::string(entry.name);
  }
  return std::to_string(number);
}

template <std::size_t count>
std::vector<std::string> names_of(const Name (&table)[count]) {
  std::vector<std::string> names;
  for (const Name& entry : table)
    names.emplace_back(entry.name);
  return names;
}

}  // namespace

std::optional<int> rlimit_number(std::string_view name) {
  return number_of(kLimits, name);
}

std::optional<unsigned> scheduler_policy(std::string_view name) {
  return number_of(kPolicies, name);
}

std::optional<unsigned> scheduler_flag(std::string_view name) {
  return number_of(kSchedulerFlags, name);
}

std::optional<unsigned> io_class(std::string_view name) {
  return number_of(kIoClasses, name);
}

std::optional<unsigned> memory_mode(std::string_view name) {
  return number_of(kMemoryModes, name);
}

std::optional<unsigned> memory_flag(std::string_view name) {
  return number_of(kMemoryFlags, name);
}

std::string scheduler_policy_name(unsigned policy) {
  return name_of(kPolicies, policy);
}

std::string io_class_name(unsigned io_class) {
  return name_of(kIoClasses, io_class);
}

std::string memory_policy_name(unsigned mode_and_flags) {
  std::string flags;
  for (const Name& flag : kMemoryFlags) {
    if ((mode_and_flags & flag.number) == 0) continue;
    flags += "|" + std::string(flag.name);
    mode_and_flags &= ~flag.number;
  }
  return name_of(kMemoryModes, mode_and_flags) + flags;
}

std::vector<std::string> rlimit_names() {
  return names_of(kLimits);
}

std::vector<std::string> memory_mode_names() {
  return names_of(kMemoryModes);
}

std::vector<std::string> memory_flag_names() {
  return names_of(kMemoryFlags);
}

const std::vector<NamespaceKind>& namespace_kinds() {
  static const std::vector<NamespaceKind> kinds = {
      {"user", "user", CLONE_NEWUSER},  {"ipc", "ipc", CLONE_NEWIPC},  {"uts", "uts", CLONE_NEWUTS},
      {"network", "net", CLONE_NEWNET}, {"pid", "pid", CLONE_NEWPID},  {"cgroup", "cgroup", CLONE_NEWCGROUP},
      {"time", "time", CLONE_NEWTIME},  {"mount", "mnt", CLONE_NEWNS},
  };
  return kinds;
}

const NamespaceKind* namespace_kind(std::string_view type) {
  for (const NamespaceKind& kind : namespace_kinds()) {
    if (kind.type == type) return &kind;
  }
  return nullptr;
}

bool has_namespace(const Linux& platform, std::string_view type) {
  return std::any_of(platform.namespaces.begin(), platform.namespaces.end(),
                     [&](const Namespace& space) { return space.type == type; });
}

}  // namespace spec
