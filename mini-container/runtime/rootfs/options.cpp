// See options.h. One table; what it does not name is a parameter of the file system, for the kernel to judge.
#include "mini-container/runtime/rootfs/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "mini-container/runtime/spec/invalid.h"

namespace rootfs {

namespace {

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif

struct Attribute {
  std::string_view name;
  std::uint64_t set;
  std::uint64_t clear;
};

// SPEC: each also exists with an "r" before it, for the mount and all mounts below. The access time modes are
// one field of the kernel: setting one clears the others.
constexpr Attribute kAttributes[] = {
    {"ro", MOUNT_ATTR_RDONLY, 0},
    {"rw", 0, MOUNT_ATTR_RDONLY},
    {"nosuid", MOUNT_ATTR_NOSUID, 0},
    {"suid", 0, MOUNT_ATTR_NOSUID},
    {"nodev", MOUNT_ATTR_NODEV, 0},
    {"dev", 0, MOUNT_ATTR_NODEV},
    {"noexec", MOUNT_ATTR_NOEXEC, 0},
    {"exec", 0, MOUNT_ATTR_NOEXEC},
    {"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
    {"diratime", 0, MOUNT_ATTR_NODIRATIME},
    {"relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
    {"norelatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
    {"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
    {"atime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
    {"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
    {"nostrictatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
    {"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0},
    {"symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW},
};

struct Propagation {
  std::string_view name;
  std::uint64_t type;
  bool recursive;
};

constexpr Propagation kPropagations[] = {
    {"private", MS_PRIVATE, false},       {"rprivate", MS_PRIVATE, true},       {"slave", MS_SLAVE, false},
    {"rslave", MS_SLAVE, true},           {"shared", MS_SHARED, false},         {"rshared", MS_SHARED, true},
    {"unbindable", MS_UNBINDABLE, false}, {"runbindable", MS_UNBINDABLE, true},
};

// What every file system does by default, and what the kernel decides by itself by now (iversion, since 6.6).
constexpr std::string_view kNothing[] = {"defaults", "async", "nomand",   "nolazytime",
                                         "silent",   "loud",  "iversion", "noiversion"};

constexpr std::string_view kSuperblock[] = {"sync", "dirsync", "lazytime", "mand"};

template <std::size_t count>
bool contains(const std::string_view (&names)[count], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

void combine(std::uint64_t& set, std::uint64_t& clear, const Attribute& attribute) {
  set = (set & ~attribute.clear) | attribute.set;
  clear = (clear & ~attribute.set) | attribute.clear;
}

bool take_attribute(MountOptions& result, std::string_view option) {
  for (const Attribute& attribute : kAttributes) {
    if (option == attribute.name) return combine(result.set, result.clear, attribute), true;
    if (option.front() == 'r' && option.substr(1) == attribute.name) {
      return combine(result.recursive_set, result.recursive_clear, attribute), true;
    }
  }
  return false;
}

bool take_propagation(MountOptions& result, std::string_view option, const std::string& member) {
  for (const Propagation& propagation : kPropagations) {
    if (option != propagation.name) continue;
    if (result.propagation != 0 && result.propagation != propagation.type) {
      throw spec::Invalid(member, fmt::format("\"{}\" contradicts an earlier propagation", option),
                          "Keep one of private, slave, shared and unbindable");
    }
    result.propagation = propagation.type;
    result.propagation_recursive = propagation.recursive;
    return true;
  }
  return false;
}

bool take_keyword(MountOptions& result, std::string_view option, const std::string& member) {
  if (option == "bind" || option == "rbind") {
    result.bind = true;
    result.recursive = result.recursive || option == "rbind";
  } else if (option == "remount") {
    result.remount = true;
  } else if (option == "tmpcopyup") {
    result.copy_up = true;
  } else if (option == "idmap" || option == "ridmap") {
    result.id_mapped = true;
    result.id_mapped_recursive = result.id_mapped_recursive || option == "ridmap";
  } else if (option.starts_with("idmap=") || option.starts_with("ridmap=")) {
    throw spec::Invalid(member, fmt::format("\"{}\" carries a map of its own", option),
                        "Write \"idmap\", and the map as uidMappings and gidMappings of the mount");
  } else if (contains(kSuperblock, option)) {
    result.superblock.push_back({std::string(option), ""});
  } else {
    return contains(kNothing, option);
  }
  return true;
}

sys::FsOption parameter(const std::string& option) {
  const std::size_t equals = option.find('=');
  if (equals == std::string::npos) return {option, ""};
  return {option.substr(0, equals), option.substr(equals + 1)};
}

}  // namespace

MountOptions parse_options(const std::vector<std::string>& options, const std::string& member) {
  MountOptions result;
  for (const std::string& option : options) {
    if (option.empty()) throw spec::Invalid(member, "an option is empty", "Remove it");
    const bool known = take_attribute(result, option) || take_propagation(result, option, member) ||
                       take_keyword(result, option, member);
    if (!known) result.parameters.push_back(parameter(option));
  }
  return result;
}

}  // namespace rootfs
