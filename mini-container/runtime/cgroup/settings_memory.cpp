// See settings_writer.h: linux.resources.memory. v1 counts memory and swap together, v2 each alone.
// Reads: Linux Documentation/admin-guide/cgroup-v1/memory.rst, cgroup-v2.rst (memory).
#include <fmt/format.h>

#include <algorithm>

#include "mini-container/runtime/cgroup/settings_writer.h"
#include "mini-container/runtime/spec/invalid.h"

namespace cgroup {

namespace {

std::string number_or_max(std::int64_t value) {
  return value < 0 ? "max" : std::to_string(value);
}

// v1 writes "unlimited" as -1.
std::string at_least_minus_one(std::int64_t value) {
  return std::to_string(std::max<std::int64_t>(value, -1));
}

void write_limits_v1(Writer& writer, const spec::MemoryResources& memory, const std::string& member,
                     std::optional<std::uint64_t> limit_in_force) {
  const auto limit = [&] {
    if (memory.limit.value_or(0) == 0) return;
    writer.add("memory", "memory.limit_in_bytes", at_least_minus_one(*memory.limit), member + ".limit");
  };
  const auto swap = [&] {
    if (memory.swap.value_or(0) == 0) return;
    writer.add("memory", "memory.memsw.limit_in_bytes", at_least_minus_one(*memory.swap), member + ".swap");
  };
  // ORDER: at every moment memory <= memory+swap, or the kernel refuses (EINVAL): what grows beyond the limit in
  // force goes up first, what comes down below it goes last.
  const bool swap_first =
      memory.swap &&
      (*memory.swap < 0 || (limit_in_force && static_cast<std::uint64_t>(*memory.swap) >= *limit_in_force));
  if (swap_first) swap();
  limit();
  if (!swap_first) swap();
}

void write_v1(Writer& writer, const spec::MemoryResources& memory, const std::string& member,
              std::optional<std::uint64_t> limit_in_force) {
  // ORDER: first; a group that has children keeps what it is. Kernels since 5.11 count hierarchically always.
  if (memory.use_hierarchy.value_or(false))
    writer.add("memory", "memory.use_hierarchy", "1", member + ".useHierarchy");
  write_limits_v1(writer, memory, member, limit_in_force);
  if (memory.reservation.value_or(0) != 0) {
    writer.add("memory", "memory.soft_limit_in_bytes", at_least_minus_one(*memory.reservation),
               member + ".reservation");
  }
  if (memory.swappiness)
    writer.add("memory", "memory.swappiness", std::to_string(*memory.swappiness), member + ".swappiness");
  if (memory.disable_oom_killer.value_or(false))
    writer.add("memory", "memory.oom_control", "1", member + ".disableOOMKiller");
}

void write_swap_v2(Writer& writer, const spec::MemoryResources& memory, const std::string& member) {
  const std::int64_t swap = memory.swap.value_or(0);
  if (swap == 0) return;
  if (swap < 0) return writer.add("memory", "memory.swap.max", "max", member);
  const std::int64_t limit = memory.limit.value_or(0);
  if (limit <= 0) {
    throw spec::Invalid(member, "it counts memory and swap together, so on cgroup v2 it needs a memory limit",
                        "Set linux.resources.memory.limit too");
  }
  writer.add("memory", "memory.swap.max", std::to_string(swap - limit), member);
}

void write_v2(Writer& writer, const spec::MemoryResources& memory, const std::string& member) {
  if (memory.swappiness) writer.only_v1("memory", member + ".swappiness");
  if (memory.disable_oom_killer.value_or(false)) writer.only_v1("memory", member + ".disableOOMKiller");
  if (memory.limit.value_or(0) != 0)
    writer.add("memory", "memory.max", number_or_max(*memory.limit), member + ".limit");
  write_swap_v2(writer, memory, member + ".swap");
  if (memory.reservation.value_or(0) != 0)
    writer.add("memory", "memory.low", number_or_max(*memory.reservation), member + ".reservation");
}

// The first member that asks for something; nullptr if none does. An explicit false asks for nothing.
const char* asked_for(const spec::MemoryResources& memory) {
  if (memory.limit) return ".limit";
  if (memory.reservation) return ".reservation";
  if (memory.swap) return ".swap";
  if (memory.swappiness) return ".swappiness";
  if (memory.disable_oom_killer.value_or(false)) return ".disableOOMKiller";
  if (memory.use_hierarchy.value_or(false)) return ".useHierarchy";
  return nullptr;
}

}  // namespace

void write_memory(Writer& writer, const spec::MemoryResources& memory, const std::string& member,
                  std::optional<std::uint64_t> limit_in_force) {
  const char* asked = asked_for(memory);
  if (asked == nullptr) return;
  const bool both = memory.limit.value_or(0) > 0 && memory.swap.value_or(0) > 0;
  if (both && *memory.swap < *memory.limit) {
    throw spec::Invalid(member + ".swap",
                        fmt::format("{} is less than the limit {}", *memory.swap, *memory.limit),
                        "It counts memory and swap together: make it at least the limit");
  }
  if (writer.is_v1("memory", member + asked)) {
    write_v1(writer, memory, member, limit_in_force);
  } else {
    write_v2(writer, memory, member);
  }
}

void check_before_update(const spec::MemoryResources& memory, std::optional<std::uint64_t> in_use) {
  const std::int64_t limit = memory.limit.value_or(0);
  if (!memory.check_before_update.value_or(false) || limit <= 0 || !in_use) return;
  if (static_cast<std::uint64_t>(limit) >= *in_use) return;
  throw spec::Invalid("linux.resources.memory.limit",
                      fmt::format("the container uses {} bytes already, more than {}", *in_use, limit),
                      "Free memory first, or leave checkBeforeUpdate out and let the kernel decide");
}

}  // namespace cgroup
