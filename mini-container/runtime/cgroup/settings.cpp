// See settings.h. What v1 and v2 call differently stands side by side here.
#include "mini-container/runtime/cgroup/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "mini-container/runtime/spec/invalid.h"

namespace cgroup {

namespace {

std::string number_or_max(std::int64_t value) {
  return value < 0 ? "max" : std::to_string(value);
}

class Writer {
 public:
  Writer(const Layout& layout, std::optional<std::uint64_t> memory_limit)
      : layout_(layout), memory_limit_(memory_limit) {}

  void cpu(const spec::CpuResources& cpu);
  void cpuset(const spec::CpuResources& cpu);
  void memory(const spec::MemoryResources& memory);
  void pids(const spec::PidsResources& pids);
  void unified(const std::map<std::string, std::string>& files);
  std::vector<Setting> take() { return std::move(settings_); }

 private:
  void cpu_bandwidth(const spec::CpuResources& cpu);
  void memory_v1(const spec::MemoryResources& memory);
  void memory_v2(const spec::MemoryResources& memory);
  void swap_v2(const spec::MemoryResources& memory);

  // Whose hierarchy the next settings are for; a limit that nobody can enforce is an error, not a wish.
  Version version_of(const std::string& controller, const std::string& member) {
    const Hierarchy* hierarchy = layout_.find(controller);
    if (hierarchy != nullptr) return hierarchy->version;
    throw spec::Invalid(
        member, fmt::format("this host has no {} cgroup controller, so nothing would enforce it", controller),
        fmt::format("Look at /proc/cgroups and at cgroup.controllers; the kernel may want "
                    "cgroup_enable={}; or remove the limit",
                    controller));
  }
  void only_v1(Version version, const std::string& member) {
    if (version == Version::v1) return;
    throw spec::Invalid(member, "cgroup v2 has no such control", "Remove it; it only works on cgroup v1");
  }
  void add(const std::string& controller, const std::string& file, std::string value,
           const std::string& member) {
    settings_.push_back({controller, file, std::move(value), member});
  }

  const Layout& layout_;
  std::optional<std::uint64_t> memory_limit_;
  std::vector<Setting> settings_;
};

void Writer::cpu(const spec::CpuResources& cpu) {
  const std::string member = "linux.resources.cpu";
  // 0 shares means "not set" to every engine.
  if (cpu.shares.value_or(0) != 0) {
    if (version_of("cpu", member + ".shares") == Version::v1) {
      add("cpu", "cpu.shares", std::to_string(*cpu.shares), member + ".shares");
    } else {
      add("cpu", "cpu.weight", std::to_string(weight_of_shares(*cpu.shares)), member + ".shares");
    }
  }
  cpu_bandwidth(cpu);
  if (cpu.realtime_period) {
    only_v1(version_of("cpu", member + ".realtimePeriod"), member + ".realtimePeriod");
    add("cpu", "cpu.rt_period_us", std::to_string(*cpu.realtime_period), member + ".realtimePeriod");
  }
  if (cpu.realtime_runtime) {
    only_v1(version_of("cpu", member + ".realtimeRuntime"), member + ".realtimeRuntime");
    add("cpu", "cpu.rt_runtime_us", std::to_string(*cpu.realtime_runtime), member + ".realtimeRuntime");
  }
  if (cpu.idle) {
    version_of("cpu", member + ".idle");
    // ORDER: after the shares, which an idle group refuses (EINVAL).
    add("cpu", "cpu.idle", std::to_string(*cpu.idle), member + ".idle");
  }
}

void Writer::cpu_bandwidth(const spec::CpuResources& cpu) {
  const std::string member = "linux.resources.cpu";
  const bool v1 =
      !cpu.quota && !cpu.period && !cpu.burst ? true : version_of("cpu", member + ".quota") == Version::v1;
  if (v1) {
    // ORDER: the period first; the kernel judges a quota by the period in force.
    if (cpu.period.value_or(0) != 0) {
      add("cpu", "cpu.cfs_period_us", std::to_string(*cpu.period), member + ".period");
    }
    if (cpu.quota.value_or(0) != 0) {
      add("cpu", "cpu.cfs_quota_us", std::to_string(std::max<std::int64_t>(*cpu.quota, -1)),
          member + ".quota");
    }
  } else if (cpu.quota.value_or(0) != 0 || cpu.period.value_or(0) != 0) {
    const std::string quota = cpu.quota.value_or(0) > 0 ? std::to_string(*cpu.quota) : "max";
    // Without a period the one in force stays.
    const std::string period = cpu.period.value_or(0) != 0 ? fmt::format(" {}", *cpu.period) : "";
    add("cpu", "cpu.max", quota + period, member + (cpu.quota ? ".quota" : ".period"));
  }
  // ORDER: after the quota, which bounds it.
  if (cpu.burst)
    add("cpu", v1 ? "cpu.cfs_burst_us" : "cpu.max.burst", std::to_string(*cpu.burst), member + ".burst");
}

void Writer::cpuset(const spec::CpuResources& cpu) {
  if (!cpu.cpus.empty()) {
    version_of("cpuset", "linux.resources.cpu.cpus");
    add("cpuset", "cpuset.cpus", cpu.cpus, "linux.resources.cpu.cpus");
  }
  if (!cpu.mems.empty()) {
    version_of("cpuset", "linux.resources.cpu.mems");
    add("cpuset", "cpuset.mems", cpu.mems, "linux.resources.cpu.mems");
  }
}

void Writer::memory(const spec::MemoryResources& memory) {
  const bool asked = memory.limit || memory.reservation || memory.swap || memory.swappiness ||
                     memory.disable_oom_killer.value_or(false);
  if (!asked) return;
  const bool both = memory.limit.value_or(0) > 0 && memory.swap.value_or(0) > 0;
  if (both && *memory.swap < *memory.limit) {
    throw spec::Invalid("linux.resources.memory.swap",
                        fmt::format("{} is less than the limit {}", *memory.swap, *memory.limit),
                        "It counts memory and swap together: make it at least the limit");
  }
  if (version_of("memory", memory.limit ? "linux.resources.memory.limit" : "linux.resources.memory") ==
      Version::v1) {
    memory_v1(memory);
  } else {
    memory_v2(memory);
  }
}

void Writer::memory_v1(const spec::MemoryResources& memory) {
  const std::string member = "linux.resources.memory";
  const auto limit = [&] {
    if (memory.limit.value_or(0) == 0) return;
    add("memory", "memory.limit_in_bytes", std::to_string(std::max<std::int64_t>(*memory.limit, -1)),
        member + ".limit");
  };
  const auto swap = [&] {
    if (memory.swap.value_or(0) == 0) return;
    add("memory", "memory.memsw.limit_in_bytes", std::to_string(std::max<std::int64_t>(*memory.swap, -1)),
        member + ".swap");
  };
  // ORDER: at every moment memory <= memory+swap, or the kernel refuses (EINVAL): what grows beyond the limit in
  // force goes up first, what comes down below it goes last.
  const bool swap_first =
      memory.swap &&
      (*memory.swap < 0 || (memory_limit_ && static_cast<std::uint64_t>(*memory.swap) >= *memory_limit_));
  if (swap_first) swap();
  limit();
  if (!swap_first) swap();
  if (memory.reservation.value_or(0) != 0) {
    add("memory", "memory.soft_limit_in_bytes",
        std::to_string(std::max<std::int64_t>(*memory.reservation, -1)), member + ".reservation");
  }
  if (memory.swappiness) {
    add("memory", "memory.swappiness", std::to_string(*memory.swappiness), member + ".swappiness");
  }
  if (memory.disable_oom_killer.value_or(false)) {
    add("memory", "memory.oom_control", "1", member + ".disableOOMKiller");
  }
}

void Writer::memory_v2(const spec::MemoryResources& memory) {
  const std::string member = "linux.resources.memory";
  if (memory.swappiness) only_v1(Version::v2, member + ".swappiness");
  if (memory.disable_oom_killer.value_or(false)) only_v1(Version::v2, member + ".disableOOMKiller");
  if (memory.limit.value_or(0) != 0)
    add("memory", "memory.max", number_or_max(*memory.limit), member + ".limit");
  swap_v2(memory);
  if (memory.reservation.value_or(0) != 0) {
    add("memory", "memory.low", number_or_max(*memory.reservation), member + ".reservation");
  }
}

// v1 and the document count memory and swap together; v2 counts swap alone.
void Writer::swap_v2(const spec::MemoryResources& memory) {
  const std::string member = "linux.resources.memory.swap";
  const std::int64_t swap = memory.swap.value_or(0);
  if (swap == 0) return;
  if (swap < 0) return add("memory", "memory.swap.max", "max", member);
  const std::int64_t limit = memory.limit.value_or(0);
  if (limit <= 0) {
    throw spec::Invalid(member, "it counts memory and swap together, so on cgroup v2 it needs a memory limit",
                        "Set linux.resources.memory.limit too");
  }
  add("memory", "memory.swap.max", std::to_string(swap - limit), member);
}

void Writer::pids(const spec::PidsResources& pids) {
  if (!pids.limit) return;
  version_of("pids", "linux.resources.pids.limit");
  // 0 means "no limit" to every engine; a group in which nothing can fork could not start anyway.
  add("pids", "pids.max", *pids.limit <= 0 ? "max" : std::to_string(*pids.limit),
      "linux.resources.pids.limit");
}

void Writer::unified(const std::map<std::string, std::string>& files) {
  for (const auto& [file, value] : files) {
    const std::string member = fmt::format("linux.resources.unified[\"{}\"]", file);
    const bool well_formed = file.find('.') != std::string::npos &&
                             std::all_of(file.begin(), file.end(), [](unsigned char character) {
                               return std::isalnum(character) != 0 || character == '.' || character == '_';
                             });
    if (!well_formed) throw spec::Invalid(member, "this is not the name of a cgroup file");
    const Hierarchy* hierarchy = layout_.unified();
    const std::string controller = file.substr(0, file.find('.'));
    if (hierarchy == nullptr || (controller != "cgroup" && !hierarchy->has(controller))) {
      throw spec::Invalid(member, fmt::format("this host has no {} controller on cgroup v2", controller),
                          "Use the named members of linux.resources, which work on v1 and v2");
    }
    add(controller == "cgroup" ? "" : controller, file, value, member);
  }
}

}  // namespace

std::uint64_t weight_of_shares(std::uint64_t shares) {
  // WHY: time is divided in the ratio of the numbers, so the defaults must meet (1024 and 100) and ratios must
  // stay. The formula of older runtimes maps the whole ranges onto each other instead: 1024:2048 becomes 39:79,
  // and a container with the default shares gets less than half of what any other group gets.
  return std::clamp<std::uint64_t>((shares * 100 + 512) / 1024, 1, 10000);
}

std::vector<Setting> settings(const Layout& layout, const spec::Resources& resources,
                              std::optional<std::uint64_t> memory_limit) {
  Writer writer(layout, memory_limit);
  writer.cpuset(resources.cpu);
  writer.cpu(resources.cpu);
  writer.memory(resources.memory);
  writer.pids(resources.pids);
  writer.unified(resources.unified);
  return writer.take();
}

}  // namespace cgroup
