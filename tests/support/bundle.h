// A bundle for tests: a root file system made of Debian's static busybox, and a document like the ones engines
// write, to be changed before use. Also: starting a program and reading all it says.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/sys/process.h"

namespace testing_bundle {

// Why containers cannot be run here: "" if they can.
std::string missing();

// A directory in /tmp, removed at the end.
class Bundle {
 public:
  // `script` is what /bin/sh in the container runs.
  explicit Bundle(const std::string& script);
  ~Bundle();
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  nlohmann::json config;  // takes effect with write()
  void write() const;
  // Control groups that are mounted are entered for every controller; without, only those with a limit are.
  void leave_groups_out();
  // No mount namespace, and nothing that would need one.
  void share_mounts();
  const std::string& path() const { return path_; }
  std::string rootfs(const std::string& inside = "") const { return path_ + "/rootfs" + inside; }

 private:
  std::string path_;
};

struct Output {
  sys::ExitStatus status;
  std::string text;    // standard output
  std::string errors;  // standard error
};
Output run_program(const std::vector<std::string>& arguments);

// The runtime under test: $RUNTIME, or mini-runtime of this build.
std::string runtime();

}  // namespace testing_bundle
