// See scheduling.h. glibc 2.36 wraps neither sched_setattr nor ioprio_set, hence syscall(2).
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
  constexpr std::size_t word = sizeof(unsigned long) * CHAR_BIT;
  std::array<unsigned long, 8192 / word> mask{};
  for (const unsigned cpu : cpus)
    mask.at(cpu / word) |= 1UL << (cpu % word);
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

void personality(unsigned long persona, Where where) {
  call(
      "personality", [&] { return fmt::format("{:#x}", persona); }, [&] { return ::personality(persona); },
      where);
}

}  // namespace sys
