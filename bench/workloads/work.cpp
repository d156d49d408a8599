// Fixed work and the memory of an idle instance. See workload.h.
#include <fmt/format.h>

#include "bench/workloads/answer.h"
#include "bench/workloads/workload.h"

namespace bench {

std::vector<Value> Cpu::measure(Platform& platform) const {
  const auto answer = answer_of(platform.run({"workload", "cpu", "--rounds", "20000"}));
  return {{"work", "ns", number_of(answer, "ns")},
          {"integer", "ns", number_of(answer, "integer_ns")},
          {"floating", "ns", number_of(answer, "floating_ns")}};
}

std::vector<Value> Syscall::measure(Platform& platform) const {
  const auto answer = answer_of(platform.run({"workload", "syscall", "--count", "100000"}));
  return {{"per_call", "ns", number_of(answer, "ns_per_call")}};
}

std::vector<Value> Disk::measure(Platform& platform) const {
  const auto answer = answer_of(
      platform.run_writing({"workload", "disk", "--megabytes", "32", "--file", platform.scratch_file()}));
  const std::string filesystem = answer.value("filesystem", "unknown");
  if (filesystem == "tmpfs" || filesystem == "ramfs") {
    throw Unmeasurable(fmt::format("it writes to memory ({}), so nothing reaches a disk", filesystem));
  }
  if (answer.value("volatile", false)) {
    throw Unmeasurable("its overlay is mounted volatile, so fsync does nothing");
  }
  return {{"write_and_fsync", "ns", number_of(answer, "ns")}, {"write", "ns", number_of(answer, "write_ns")}};
}

std::vector<Value> IdleMemory::measure(Platform& platform) const {
  const auto instance = platform.start_idle();
  const Memory memory = instance->memory();
  if (!memory.pss) throw Unmeasurable("the memory of its processes cannot be read");
  std::vector<Value> values = {{"pss", "bytes", static_cast<double>(*memory.pss)}};
  if (memory.cgroup) values.push_back({"cgroup", "bytes", static_cast<double>(*memory.cgroup)});
  return values;
}

}  // namespace bench
