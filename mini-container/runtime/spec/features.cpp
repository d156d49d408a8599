// See features.h.
#include "mini-container/runtime/spec/features.h"

#include <nlohmann/json.hpp>

#include "mini-container/runtime/spec/names.h"

namespace spec {

using json = nlohmann::ordered_json;

std::string features_json(const std::vector<std::string>& capabilities) {
  json namespaces = json::array();
  for (const NamespaceKind& kind : namespace_kinds())
    namespaces.push_back(kind.type);
  const json seccomp = {
      {"enabled", true},
      {"actions",
       {"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
        "SCMP_ACT_LOG", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP"}},
      {"operators",
       {"SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT",
        "SCMP_CMP_MASKED_EQ"}},
      {"archs",
       {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"}}};
  const json features = {
      {"ociVersionMin", "1.0.0"},
      {"ociVersionMax", kSpecVersion},
      {"hooks", {"prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"}},
      {"mountOptions",
       {"async",      "atime",   "bind",      "dev",       "exec",   "noatime",  "nodev",
        "nodiratime", "noexec",  "nosuid",    "private",   "rbind",  "relatime", "ro",
        "rprivate",   "rshared", "rslave",    "rw",        "shared", "slave",    "strictatime",
        "suid",       "sync",    "tmpcopyup", "unbindable"}},
      {"linux",
       {{"namespaces", namespaces},
        {"capabilities", capabilities},
        {"cgroup", {{"v1", true}, {"v2", true}, {"systemd", false}, {"systemdUser", false}, {"rdma", false}}},
        {"seccomp", seccomp},
        {"apparmor", {{"enabled", false}}},
        {"selinux", {{"enabled", false}}},
        {"intelRdt", {{"enabled", false}}},
        {"mountExtensions", {{"idmap", {{"enabled", false}}}}}}},
      {"annotations", {{"isolab.mini-runtime.version", kVersion}}}};
  return features.dump(2) + "\n";
}

}  // namespace spec
