// A test in a container made by inside.h: skipped without root, and it leaves the host as it was.
#pragma once

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/kernel/inside.h"

namespace inside {

class Container : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
  }
  void TearDown() override { EXPECT_THAT(place_.host_changes(), testing::IsEmpty()); }

  // Runs and expects no error; returns what the body saw.
  std::string seen(const std::function<std::string()>& body) {
    const Result result = run(config_, place_, body);
    EXPECT_THAT(result.error, testing::IsEmpty());
    return result.text;
  }
  // What was thrown instead of building the container; "" for nothing.
  std::string error() {
    return run(config_, place_, [] { return ""; }).error;
  }
  std::string on_host(const std::string& path) const { return place_.directory() + path; }

  Place place_;
  spec::Config config_ = usual_config();
};

}  // namespace inside
