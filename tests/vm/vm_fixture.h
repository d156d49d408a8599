// A root file system for guests, and vm-launcher as a user calls it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/sys/process.h"
#include "tests/support/temporary_folder.h"

namespace vmtest {

struct Result {
  int code = 0;
  std::string output;
  std::string error;
};

// Runs a program to its end, with `input` as its standard input.
Result run_program(const std::vector<std::string>& arguments, const std::string& input = {});

class Vm : public testing::Test {
 protected:
  void SetUp() override;
  std::string path(const std::string& name) const { return folder_ / name; }

  // vm-launcher run --accel tcg --rootfs TAR options... -- command...
  std::vector<std::string> run_line(const std::vector<std::string>& options,
                                    const std::vector<std::string>& command) const;
  Result run(const std::vector<std::string>& options, const std::vector<std::string>& command,
             const std::string& input = {}) const;
  static Result launcher(const std::vector<std::string>& arguments, const std::string& input = {});
  // Where the folders of running VMs are.
  static std::string run_folder();
  // Starts a VM that sleeps, and waits until list says it runs.
  sys::Child start_sleeper(const std::string& name, std::vector<std::string> options = {}) const;
  // The member of `list --format json` for a VM, as JSON text; "" if it is not there.
  static std::string listed(const std::string& name);

  const support::TemporaryFolder folder_{"vm"};
  const std::string& directory_ = folder_.path();
};

// Waits until `condition` holds; false after `seconds`.
template <class Condition>
bool eventually(Condition condition, int seconds = 30) {
  for (int tick = 0; tick < seconds * 20; ++tick) {
    if (condition()) return true;
    sys::poll({}, 50);
  }
  return false;
}

}  // namespace vmtest
