// See features.h.
#include "mini-container/runtime/spec/features.h"

#include <nlohmann/json.hpp>

#include "mini-container/runtime/spec/names.h"

namespace spec {

using json = nlohmann::ordered_json;

const std::vector<std::string>& mount_options() {
  static const std::vector<std::string> options = {"async",         "atime",        "bind",
                                                   "defaults",      "dev",          "diratime",
                                                   "dirsync",       "exec",         "idmap",
                                                   "iversion",      "lazytime",     "loud",
                                                   "mand",          "noatime",      "nodev",
                                                   "nodiratime",    "noexec",       "noiversion",
                                                   "nolazytime",    "nomand",       "norelatime",
                                                   "nostrictatime", "nosuid",       "nosymfollow",
                                                   "private",       "ratime",       "rbind",
                                                   "rdev",          "rdiratime",    "relatime",
                                                   "remount",       "rexec",        "ridmap",
                                                   "rnoatime",      "rnodev",       "rnodiratime",
                                                   "rnoexec",       "rnorelatime",  "rnostrictatime",
                                                   "rnosuid",       "rnosymfollow", "ro",
                                                   "rprivate",      "rrelatime",    "rro",
                                                   "rrw",           "rshared",      "rslave",
                                                   "rstrictatime",  "rsuid",        "rsymfollow",
                                                   "runbindable",   "rw",           "shared",
                                                   "silent",        "slave",        "strictatime",
                                                   "suid",          "symfollow",    "sync",
                                                   "tmpcopyup",     "unbindable"};
  return options;
}

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
      {"mountOptions", mount_options()},
      {"linux",
       {{"namespaces", namespaces},
        {"capabilities", capabilities},
        {"cgroup", {{"v1", true}, {"v2", true}, {"systemd", false}, {"systemdUser", false}, {"rdma", true}}},
        {"seccomp", seccomp},
        {"apparmor", {{"enabled", true}}},
        {"selinux", {{"enabled", true}}},
        {"intelRdt", {{"enabled", false}}},
        {"mountExtensions", {{"idmap", {{"enabled", true}}}}}}},
      {"annotations", {{"isolab.mini-runtime.version", kVersion}}}};
  return features.dump(2) + "\n";
}

}  // namespace spec
