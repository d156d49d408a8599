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
// `member` is how errors call it: "process".
void validate(const Process& process, const std::string& member);

// Problems as they are found, thrown together. Internal to spec.
class Problems {
 public:
  void add(std::string path, std::string why, std::string next = {});
  void absolute(const std::string& path, const std::string& member);
  void throw_if_any() const;

 private:
  std::vector<Invalid> found_;
};

void check_process(const Process& process, const std::string& member, Problems& problems);
void check_linux(const Linux& platform, Problems& problems);

}  // namespace spec
