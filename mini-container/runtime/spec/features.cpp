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

std::string features_json(const Features& features) {
  json namespaces = json::array();
  for (const NamespaceKind& kind : namespace_kinds())
    namespaces.push_back(kind.type);
  const SeccompFeatures& seccomp = features.seccomp;
  const json document = {
      {"ociVersionMin", "1.0.0"},
      {"ociVersionMax", kSpecVersion},
      {"hooks", {"prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"}},
      {"mountOptions", mount_options()},
      {"linux",
       {{"namespaces", namespaces},
        {"capabilities", features.capabilities},
        {"cgroup", {{"v1", true}, {"v2", true}, {"systemd", false}, {"systemdUser", false}, {"rdma", true}}},
        {"seccomp",
         {{"enabled", true},
          {"actions", seccomp.actions},
          {"operators", seccomp.operators},
          {"archs", seccomp.architectures},
          {"knownFlags", seccomp.flags},
          {"supportedFlags", seccomp.flags}}},
        {"apparmor", {{"enabled", true}}},
        {"selinux", {{"enabled", true}}},
        {"intelRdt", {{"enabled", false}}},
        {"memoryPolicy", {{"modes", memory_mode_names()}, {"flags", memory_flag_names()}}},
        {"mountExtensions", {{"idmap", {{"enabled", true}}}}}}},
      {"annotations", {{"isolab.mini-runtime.version", kVersion}}}};
  return document.dump(2) + "\n";
}

}  // namespace spec
