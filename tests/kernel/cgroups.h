// What the tests of control groups share: a group of the test's own, a child that sleeps in it, what is left.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "mini-container/runtime/cgroup/cgroup.h"

namespace cgroup_tests {

inline std::string path_of(const cgroup::Cgroup& group, const std::string& controller) {
  for (const auto& placement : group.placements()) {
    if (("," + placement.name + ",").find("," + controller + ",") != std::string::npos) return placement.path;
    const auto words = sys::read_file_if_present(placement.path + "/cgroup.controllers").value_or("\n");
    if ((" " + words.substr(0, words.size() - 1) + " ").find(" " + controller + " ") != std::string::npos)
      return placement.path;
  }
  return {};
}

class Cgroups : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "making control groups needs root";
    layout_ = cgroup::detect();
    if (layout_.hierarchies.empty()) GTEST_SKIP() << "no control group hierarchy is mounted";
    resources_.pids.limit = 20;
    resources_.memory.limit = 64 << 20;
    resources_.cpu.shares = 512;
  }
  cgroup::Plan plan() const { return cgroup::plan(layout_, {path_, resources_, false}); }
  std::vector<std::string> left_over() const {
    std::vector<std::string> found;
    for (const auto& hierarchy : layout_.hierarchies) {
      if (sys::exists(hierarchy.mount_point + path_)) found.push_back(hierarchy.mount_point);
    }
    return found;
  }
  // A child in the group that sleeps until it is killed.
  sys::Child sleeper(cgroup::Cgroup& group) {
    return sys::clone3({0, group.clone_descriptor()}, [&] {
      group.enter_from_child();
      ::pause();
      return 0;
    });
  }
  // Waits until `pid` has moved itself in.
  bool arrives(const cgroup::Cgroup& group, pid_t pid) {
    for (int i = 0; i < 1000; ++i) {
      const auto pids = group.pids();
      if (std::find(pids.begin(), pids.end(), pid) != pids.end()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  cgroup::Layout layout_;
  spec::Resources resources_;
  std::string path_ = "/isolab-test-" + std::to_string(::getpid()) + "/box";
};

}  // namespace cgroup_tests
