// See validate.h: what every platform has.
#include "mini-container/runtime/spec/validate.h"

#include <algorithm>
#include <limits>

#include "mini-container/runtime/spec/names.h"

namespace spec {

namespace {

// The kernel's limit on names in the uts namespace: __NEW_UTS_LEN.
constexpr std::size_t kLongestHostname = 64;

// poll(2) counts milliseconds in an int.
constexpr int kLongestTimeout = std::numeric_limits<int>::max() / 1000;

void check_version(const std::string& version, Problems& problems) {
  const bool one = version.starts_with("1.") && version.size() > 2 &&
                   version.find_first_not_of("0123456789.-+abcdefghijklmnopqrstuvwxyz") == std::string::npos;
  if (!one) {
    problems.add("ociVersion", "\"" + version + "\" is not a version this runtime knows",
                 "It implements 1.0 to 1.2");
  }
}

void check_names(const Config& config, Problems& problems) {
  const auto check = [&](const std::string& name, const std::string& member) {
    if (name.empty()) return;
    if (name.size() > kLongestHostname) problems.add(member, "is longer than 64 characters");
    if (!has_namespace(config.linux, "uts")) {
      problems.add(member, "would rename the host", "Add a namespace of type uts");
    }
  };
  check(config.hostname, "hostname");
  check(config.domainname, "domainname");
}

void check_mounts(const std::vector<Mount>& mounts, Problems& problems) {
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const Mount& mount = mounts[i];
    const std::string here = element("mounts", i);
    problems.absolute(mount.destination, here + ".destination");
    // SPEC: uidMappings and gidMappings come together.
    if (mount.uid_mappings.empty() != mount.gid_mappings.empty()) {
      problems.add(here + (mount.uid_mappings.empty() ? ".uidMappings" : ".gidMappings"),
                   "is missing beside the other mapping");
    }
    check_mappings(mount.uid_mappings, here + ".uidMappings", problems);
    check_mappings(mount.gid_mappings, here + ".gidMappings", problems);
  }
}

void check_hooks(const std::vector<Hook>& hooks, const std::string& member, Problems& problems) {
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    const std::string here = element(member, i);
    problems.absolute(hooks[i].path, here + ".path");
    if (hooks[i].timeout && *hooks[i].timeout <= 0) {
      problems.add(here + ".timeout", "must be greater than zero");
    } else if (hooks[i].timeout && *hooks[i].timeout > kLongestTimeout) {
      problems.add(here + ".timeout", "must be at most " + std::to_string(kLongestTimeout) + " seconds");
    }
    if (hooks[i].env) check_environment(*hooks[i].env, here + ".env", problems);
  }
}

}  // namespace

void check_environment(const std::vector<std::string>& entries, const std::string& member,
                       Problems& problems) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::size_t equals = entries[i].find('=');
    if (equals == std::string::npos || equals == 0) {
      problems.add(element(member, i), "\"" + entries[i] + "\" has no name and value", "Write NAME=value");
    }
  }
}

std::string element(const std::string& member, std::size_t index) {
  return member + "[" + std::to_string(index) + "]";
}

void Problems::add(std::string path, const std::string& why, std::string next) {
  found_.emplace_back(std::move(path), why, std::move(next));
}

void Problems::absolute(const std::string& path, const std::string& member) {
  if (!path.starts_with('/')) add(member, "\"" + path + "\" is not an absolute path");
}

void Problems::throw_if_any() const {
  if (found_.empty()) return;
  if (found_.size() == 1) throw found_.front();
  std::string all = found_.front().what();
  // WHY: engines pass errors on through buffers of a few kilobytes, and cut in the middle they are lost.
  constexpr std::size_t most = 8;
  for (std::size_t i = 1; i < std::min(found_.size(), most); ++i)
    all += "; also " + std::string(found_[i].what());
  if (found_.size() > most) all += "; and " + std::to_string(found_.size() - most) + " more";
  const std::string& path = found_.front().path();
  throw Invalid(path, all.substr(path.size() + 2));
}

void validate(const Process& process, const std::string& member) {
  Problems problems;
  check_process(process, member, problems);
  problems.throw_if_any();
}

void validate(const Resources& resources, const std::string& member) {
  Problems problems;
  check_resources(resources, member, problems);
  problems.throw_if_any();
}

void validate(const Config& config) {
  Problems problems;
  check_version(config.oci_version, problems);
  if (config.process) check_process(*config.process, "process", problems);
  if (config.root.path.empty()) problems.add("root.path", "is empty");
  check_names(config, problems);
  check_mounts(config.mounts, problems);
  check_hooks(config.hooks.prestart, "hooks.prestart", problems);
  check_hooks(config.hooks.create_runtime, "hooks.createRuntime", problems);
  check_hooks(config.hooks.create_container, "hooks.createContainer", problems);
  check_hooks(config.hooks.start_container, "hooks.startContainer", problems);
  check_hooks(config.hooks.poststart, "hooks.poststart", problems);
  check_hooks(config.hooks.poststop, "hooks.poststop", problems);
  if (config.annotations.contains("")) problems.add("annotations", "has an empty key");
  check_linux(config.linux, problems);
  check_host_mounts(config, problems);
  problems.throw_if_any();
}

}  // namespace spec
