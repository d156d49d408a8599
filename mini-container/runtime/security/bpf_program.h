// What a finished filter program does, found out by following it: for the search tree, and for tests.
//
// A filter is a list of instructions with forward jumps only, so every path ends, and one pass sees all of it.
// Reads: seccomp(2), Linux Documentation/networking/filter.rst (the instruction set).
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <set>
#include <vector>

namespace security {

using BpfProgram = std::vector<sock_filter>;

// What the kernel would answer: SECCOMP_RET_* with its data. The program must be one that the kernel accepts.
struct SyscallData {
  std::uint32_t number = 0;
  std::uint32_t architecture = 0;  // AUDIT_ARCH_*
  std::uint64_t arguments[6] = {};
};
std::uint32_t run(const BpfProgram& program, const SyscallData& data);

// The rest throws std::logic_error where a program does what libseccomp never writes.

struct Constants {
  std::set<std::uint32_t> architectures;  // that the program names
  std::set<std::uint32_t> bounds = {0};   // numbers at which a run can begin
};

Constants constants_of(const BpfProgram& program);

// What the program does with one number of one architecture: answers, or goes on to look at the arguments.
struct Outcome {
  bool answers = false;
  std::uint32_t value = 0;  // the answer, or where the part that looks at the arguments begins
  bool operator==(const Outcome&) const = default;
};

// A run of numbers, from `first` to the next run's first, with one outcome.
struct Run {
  std::uint32_t first;
  Outcome outcome;
};

std::vector<Run> runs_of(const BpfProgram& program, std::uint32_t architecture,
                         const std::set<std::uint32_t>& bounds);

// The instructions reachable from `start`, in their old order.
BpfProgram reachable_from(const BpfProgram& program, std::size_t start);

}  // namespace security
