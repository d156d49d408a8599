// See names.h.
#include "mini-container/runtime/spec/names.h"

#include <linux/sched.h>
#include <sys/resource.h>

#include <algorithm>

namespace spec {

namespace {

struct Limit {
  std::string_view name;
  int number;
};

constexpr Limit kLimits[] = {
    {"RLIMIT_AS", RLIMIT_AS},           {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},         {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},     {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK}, {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},       {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},     {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},   {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_STACK", RLIMIT_STACK},     {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
};

}  // namespace

std::optional<int> rlimit_number(std::string_view name) {
  const auto found = std::find_if(std::begin(kLimits), std::end(kLimits),
                                  [&](const Limit& limit) { return limit.name == name; });
  if (found == std::end(kLimits)) return std::nullopt;
  return found->number;
}

std::vector<std::string> rlimit_names() {
  std::vector<std::string> names;
  for (const Limit& limit : kLimits)
    names.emplace_back(limit.name);
  return names;
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

}  // namespace spec
