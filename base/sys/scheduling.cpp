// See scheduling.h. glibc 2.36 wraps neither sched_setattr, ioprio_set nor set_mempolicy, hence syscall(2).
#include "base/sys/scheduling.h"

#include <fmt/format.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <climits>

namespace sys {

namespace {

// WHY: linux/sched/types.h, which has it, cannot be included beside glibc's sched.h (both define sched_param).
struct SchedAttr {
  std::uint32_t size = sizeof(SchedAttr);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0, deadline = 0, period = 0;
};

// What numbers below 8192 are to the kernel: bits of a row of words.
constexpr std::size_t kBits = 8192;
constexpr std::size_t kWord = sizeof(unsigned long) * CHAR_BIT;
using Mask = std::array<unsigned long, kBits / kWord>;

Mask mask_of(const std::vector<unsigned>& numbers) {
  Mask mask{};
  for (const unsigned number : numbers)
    mask.at(number / kWord) |= 1UL << (number % kWord);
  return mask;
}

}  // namespace

void sched_setattr(const SchedulerAttributes& attributes, Where where) {
  const SchedAttr kernel{.policy = attributes.policy,
                         .flags = attributes.flags,
                         .nice = attributes.nice,
                         .priority = attributes.priority,
                         .runtime = attributes.runtime,
                         .deadline = attributes.deadline,
                         .period = attributes.period};
  call(
      "sched_setattr",
      [&] {
        return fmt::format("policy {}, nice {}, priority {}, flags {:#x}", attributes.policy, attributes.nice,
                           attributes.priority, attributes.flags);
      },
      [&] { return ::syscall(SYS_sched_setattr, 0, &kernel, 0); }, where);
}

void sched_setaffinity(const std::vector<unsigned>& cpus, Where where) {
  const Mask mask = mask_of(cpus);
  call(
      "sched_setaffinity", [&] { return fmt::format("processors {}", fmt::join(cpus, ",")); },
      [&] { return ::syscall(SYS_sched_setaffinity, 0, sizeof mask, mask.data()); }, where);
}

void ioprio_set(unsigned io_class, unsigned priority, Where where) {
  constexpr int kProcess = 1;  // IOPRIO_WHO_PROCESS
  call(
      "ioprio_set", [&] { return fmt::format("class {}, priority {}", io_class, priority); },
      [&] { return ::syscall(SYS_ioprio_set, kProcess, 0, io_class << kIoClassShift | priority); }, where);
}

void set_mempolicy(int mode, const std::vector<unsigned>& nodes, Where where) {
  const Mask mask = mask_of(nodes);
  // WHY: the kernel reads one bit less than it is told of.
  const std::size_t bits = nodes.empty() ? 0 : kBits + 1;
  call(
      "set_mempolicy", [&] { return fmt::format("mode {:#x}, nodes {}", mode, fmt::join(nodes, ",")); },
      [&] { return ::syscall(SYS_set_mempolicy, mode, bits == 0 ? nullptr : mask.data(), bits); }, where);
}

void personality(unsigned long persona, Where where) {
  call(
      "personality", [&] { return fmt::format("{:#x}", persona); }, [&] { return ::personality(persona); },
      where);
}

}  // namespace sys
