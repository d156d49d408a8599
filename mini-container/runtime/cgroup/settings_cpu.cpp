// See settings_writer.h: linux.resources.cpu, of the controllers cpu and cpuset.
// Reads: Linux Documentation/scheduler/sched-bwc.rst, sched-rt-group.rst, cpuset(7), cgroup-v2.rst (cpu).
#include <algorithm>

#include <fmt/format.h>

#include "mini-container/runtime/cgroup/settings_writer.h"

namespace cgroup {

namespace {

void write_bandwidth_v1(Writer& writer, const spec::CpuResources& cpu, const std::string& member) {
  // ORDER: the period first; the kernel judges a quota by the period in force.
  if (cpu.period.value_or(0) != 0)
    writer.add("cpu", "cpu.cfs_period_us", std::to_string(*cpu.period), member + ".period");
  if (cpu.quota.value_or(0) != 0) {
    writer.add("cpu", "cpu.cfs_quota_us", std::to_string(std::max<std::int64_t>(*cpu.quota, -1)),
               member + ".quota");
  }
}

void write_bandwidth_v2(Writer& writer, const spec::CpuResources& cpu, const std::string& member) {
  if (cpu.quota.value_or(0) == 0 && cpu.period.value_or(0) == 0) return;
  const std::string quota = cpu.quota.value_or(0) > 0 ? std::to_string(*cpu.quota) : "max";
  // Without a period the one in force stays.
  const std::string period = cpu.period.value_or(0) != 0 ? fmt::format(" {}", *cpu.period) : "";
  writer.add("cpu", "cpu.max", quota + period, member + (cpu.quota ? ".quota" : ".period"));
}

void write_bandwidth(Writer& writer, const spec::CpuResources& cpu, const std::string& member) {
  if (!cpu.quota && !cpu.period && !cpu.burst) return;
  const bool v1 = writer.is_v1("cpu", member + (cpu.quota ? ".quota" : cpu.period ? ".period" : ".burst"));
  if (v1) {
    write_bandwidth_v1(writer, cpu, member);
  } else {
    write_bandwidth_v2(writer, cpu, member);
  }
  // ORDER: after the quota, which bounds it.
  if (cpu.burst) {
    writer.add("cpu", v1 ? "cpu.cfs_burst_us" : "cpu.max.burst", std::to_string(*cpu.burst),
               member + ".burst");
  }
}

void write_realtime(Writer& writer, const spec::CpuResources& cpu, const std::string& member) {
  // 0 is how engines say that there is nothing to set.
  if (cpu.realtime_period.value_or(0) != 0) {
    writer.only_v1("cpu", member + ".realtimePeriod");
    writer.add("cpu", "cpu.rt_period_us", std::to_string(*cpu.realtime_period), member + ".realtimePeriod");
  }
  if (cpu.realtime_runtime.value_or(0) != 0) {
    writer.only_v1("cpu", member + ".realtimeRuntime");
    writer.add("cpu", "cpu.rt_runtime_us", std::to_string(*cpu.realtime_runtime),
               member + ".realtimeRuntime");
  }
}

}  // namespace

void write_cpu(Writer& writer, const spec::CpuResources& cpu, const std::string& member) {
  // 0 shares means "not set" to every engine.
  if (cpu.shares.value_or(0) != 0) {
    if (writer.is_v1("cpu", member + ".shares")) {
      writer.add("cpu", "cpu.shares", std::to_string(*cpu.shares), member + ".shares");
    } else {
      writer.add("cpu", "cpu.weight", std::to_string(weight_of_shares(*cpu.shares)), member + ".shares");
    }
  }
  write_bandwidth(writer, cpu, member);
  write_realtime(writer, cpu, member);
  if (cpu.idle) {
    writer.version_of("cpu", member + ".idle");
    // ORDER: after the shares, which an idle group refuses (EINVAL).
    writer.add("cpu", "cpu.idle", std::to_string(*cpu.idle), member + ".idle");
  }
}

void write_cpuset(Writer& writer, const spec::CpuResources& cpu, const std::string& member) {
  const auto write = [&](const std::string& list, const char* name) {
    if (list.empty()) return;
    writer.version_of("cpuset", fmt::format("{}.{}", member, name));
    writer.add("cpuset", fmt::format("cpuset.{}", name), list, fmt::format("{}.{}", member, name));
  };
  write(cpu.cpus, "cpus");
  write(cpu.mems, "mems");
}

}  // namespace cgroup
