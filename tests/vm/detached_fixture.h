// A VM that runs detached, under a name of its own, and is gone after the test.
#pragma once

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/vm/vm_fixture.h"

namespace vmtest {

class VmDetached : public Vm {
 protected:
  ~VmDetached() override { launcher({"rm", "-f", name_}); }

  // Returns when the command runs.
  void start(std::vector<std::string> options, const std::vector<std::string>& command) const {
    options.insert(options.end(), {"-d", "--name", name_});
    const Result started = run(options, command);
    ASSERT_EQ(started.code, 0) << started.error;
    ASSERT_EQ(started.output, name_ + "\n");
  }
  static Result verb(const std::vector<std::string>& arguments, const std::string& input = {}) {
    return launcher(arguments, input);
  }
  // Of `ls -a --format json`; null if it is not there.
  nlohmann::json state() const {
    for (const auto& one : nlohmann::json::parse(launcher({"ls", "-a", "--format", "json"}).output))
      if (one.at("name") == name_) return one;
    return nullptr;
  }
  std::string folder() const { return run_folder() + name_; }

  const std::string name_ = "test-" + std::to_string(::getpid());
};

}  // namespace vmtest
