// Runs mini-container as a user would, in a root of its own, and leaves nothing behind.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/sys/process.h"

namespace e2e {

struct Result {
  int code = 0;
  std::string out;
  std::string err;
};

// Runs a program to its end, with `input` on its standard input.
Result run(const std::vector<std::string>& command, const std::string& input = "");

class Containers : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // mini-container --root ROOT ARGUMENTS
  Result mini(std::vector<std::string> arguments, const std::string& input = "") const;
  // `run` with the runtime under test (RUNTIME=crun; mini-runtime by default).
  Result run_container(const std::vector<std::string>& arguments, const std::string& input = "") const;
  std::vector<std::string> run_command(const std::vector<std::string>& arguments) const;
  // `run -d`, or `create`, which must go well; the id.
  std::string detached(const std::vector<std::string>& arguments) const;
  std::string created(const std::vector<std::string>& arguments) const;
  nlohmann::json inspect(const std::string& name) const;
  // What doctor --leaks says; "" for nothing.
  std::string leaks() const;

  std::string root_;
};

// True as soon as `condition` is, within ten seconds.
bool eventually(const std::function<bool()>& condition);

}  // namespace e2e
