// A container of the runtime under test ($RUNTIME), removed at the end of each test whatever happened.
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/sys/file.h"
#include "tests/support/bundle.h"

namespace testing_runtime {

using testing_bundle::Bundle;
using testing_bundle::Output;

class Runtime : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = testing_bundle::missing(); !why.empty()) GTEST_SKIP() << why;
    sys::mkdir_parents(root_, 0711);
  }
  void TearDown() override {
    verb({"delete", "--force", id_});
    sys::remove_tree(root_);
  }

  Output verb(std::vector<std::string> arguments) {
    std::vector<std::string> all = {testing_bundle::runtime(), "--root", root_};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return testing_bundle::run_program(all);
  }
  Output run(const Bundle& bundle) {
    bundle.write();
    return verb({"run", "--bundle", bundle.path(), id_});
  }
  // What `script` prints in a container with the bundle's default document.
  std::string printed_by(const std::string& script) { return run(Bundle(script)).text; }
  nlohmann::json state() {
    const Output output = verb({"state", id_});
    return output.status.shell_code() == 0 ? nlohmann::json::parse(output.text) : nlohmann::json();
  }
  std::string status() {
    const auto now = state();
    return now.is_null() ? "none" : now.at("status").get<std::string>();
  }
  bool ours() const { return testing_bundle::runtime().ends_with("mini-runtime"); }
  void wait_for_status(const std::string& wanted) {
    for (int tries = 0; tries < 200 && status() != wanted; ++tries)
      sys::poll({}, 20);
  }

  const std::string id_ = "isolab-test-" + std::to_string(::getpid());
  const std::string root_ = "/tmp/isolab-runtime-" + std::to_string(::getpid());
};

}  // namespace testing_runtime
