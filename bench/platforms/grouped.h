// A process in a control group of its own, and nothing else: what the second half of a container costs by itself.
//
// Reads: cgroups(7); the kernel's cgroup-v1/cpusets.rst for why "0" may be written by a single thread into tasks.
#pragma once

#include "bench/platforms/direct.h"

namespace bench {

class GroupedProcess : public Process {
 public:
  using Process::Process;
  std::string name() const override { return "process-in-cgroup"; }
  std::string title() const override { return "process in a cgroup"; }
  std::string prepare() override;
  Arguments command(const Arguments& arguments) override;
  std::optional<Arguments> command_with_shares(const Arguments& arguments, int shares) override;

 private:
  // `in-group` with the files of `group`, which is made at its first use.
  Arguments command_in(const std::string& group, const Arguments& arguments);
};

}  // namespace bench
