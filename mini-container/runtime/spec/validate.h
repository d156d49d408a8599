// What a well-typed document can still get wrong: relative paths, duplicate namespaces, maps without a user
// namespace. Pure. What needs the host's word (which controllers it has, which capabilities) is said by the plans.
// Reads: OCI runtime-spec config.md, config-linux.md.
#pragma once

#include <string>
#include <vector>

#include "mini-container/runtime/spec/config.h"
#include "mini-container/runtime/spec/invalid.h"

namespace spec {

// Throws Invalid with the first problem; further ones are named in its text.
void validate(const Config& config);
// `member` is how errors call it: "process", "linux.resources".
void validate(const Process& process, const std::string& member);
void validate(const Resources& resources, const std::string& member);

// Problems as they are found, thrown together. Internal to spec.
class Problems {
 public:
  void add(std::string path, const std::string& why, std::string next = {});
  void absolute(const std::string& path, const std::string& member);
  void throw_if_any() const;

 private:
  std::vector<Invalid> found_;
};

// "mounts", 3 -> "mounts[3]".
std::string element(const std::string& member, std::size_t index);
void check_mappings(const std::vector<IdMapping>& mappings, const std::string& member, Problems& problems);
void check_environment(const std::vector<std::string>& entries, const std::string& member,
                       Problems& problems);
// The chapters of the document, one validate_*.cpp each.
void check_process(const Process& process, const std::string& member, Problems& problems);
void check_linux(const Linux& platform, Problems& problems);
void check_resources(const Resources& resources, const std::string& member, Problems& problems);
// What a document without a mount namespace cannot have.
void check_host_mounts(const Config& config, Problems& problems);
void check_seccomp(const Seccomp& seccomp, Problems& problems);

}  // namespace spec
