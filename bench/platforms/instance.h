// One idle instance of a platform that is kept running, to see what it costs to be there.
//
// Its processes are found from the host, as they appear: the workload that waits, or the QEMU that runs it. So
// no engine needs to be asked, and every platform is measured in the same way.
// Reads: proc(5) (smaps_rollup, cmdline, cgroup), cgroups(7).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/sys/process.h"
#include "bench/platforms/timed_run.h"

namespace bench {

struct Memory {
  // Proportional set size of the instance's processes: shared pages counted in parts. A container's kernel
  // objects and a daemon's own memory are not in it.
  std::optional<std::uint64_t> pss;
  // What the memory controller charges to the instance's cgroup, page cache included; none without a cgroup of
  // its own.
  std::optional<std::uint64_t> cgroup;
};

class Instance {
 public:
  // Starts `command`, which runs `workload idle`, and waits for its "ready". `name` stands on the command line of
  // the instance's process, and of no other instance's. Throws std::runtime_error when "ready"
  // does not come before the deadline.
  Instance(const Arguments& command, bool is_vm, const std::string& name, std::chrono::seconds deadline);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  Memory memory() const;
  const std::vector<pid_t>& processes() const { return processes_; }

 private:
  void wait_for_ready(std::chrono::seconds deadline);
  void stop();
  sys::Child command_;
  sys::UniqueFd output_;
  bool is_vm_;
  std::vector<pid_t> processes_;
};

// Pids of the waiting workload, or of the QEMU, whose command line holds `name`.
std::vector<pid_t> instance_processes(bool is_vm, const std::string& name);
// The "Pss:" of /proc/PID/smaps_rollup in bytes.
std::optional<std::uint64_t> pss_of(pid_t pid);
// What the memory controller charges to the cgroup of `pid`; none if that is this process's cgroup too.
std::optional<std::uint64_t> cgroup_memory_of(pid_t pid);

}  // namespace bench
