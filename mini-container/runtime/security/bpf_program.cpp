// See bpf_program.h.
#include "mini-container/runtime/security/bpf_program.h"

#include <linux/seccomp.h>

#include <cstddef>
#include <map>
#include <stdexcept>

namespace security {

namespace {

constexpr std::uint32_t kNumber = offsetof(seccomp_data, nr);
constexpr std::uint32_t kArchitecture = offsetof(seccomp_data, arch);

bool is_jump(const sock_filter& instruction) {
  return BPF_CLASS(instruction.code) == BPF_JMP;
}

// Where a conditional jump goes for this accumulator. Throws std::domain_error for what libseccomp never writes.
std::size_t jump_target(const sock_filter& jump, std::size_t at, std::uint32_t accumulator) {
  bool taken = false;
  switch (BPF_OP(jump.code)) {
    case BPF_JA:
      return at + 1 + jump.k;
    case BPF_JEQ:
      taken = accumulator == jump.k;
      break;
    case BPF_JGT:
      taken = accumulator > jump.k;
      break;
    case BPF_JGE:
      taken = accumulator >= jump.k;
      break;
    case BPF_JSET:
      taken = (accumulator & jump.k) != 0;
      break;
    default:
      throw std::domain_error("an unknown jump");
  }
  return at + 1 + (taken ? jump.jt : jump.jf);
}

Outcome follow(const BpfProgram& program, std::uint32_t architecture, std::uint32_t number) {
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0; at < program.size();) {
    const sock_filter& instruction = program[at];
    if (instruction.code == (BPF_LD | BPF_W | BPF_ABS)) {
      if (instruction.k == kNumber) {
        accumulator = number;
      } else if (instruction.k == kArchitecture) {
        accumulator = architecture;
      } else {
        return {false, static_cast<std::uint32_t>(at)};
      }
      ++at;
    } else if (instruction.code == (BPF_RET | BPF_K)) {
      return {true, instruction.k};
    } else if (is_jump(instruction) && BPF_SRC(instruction.code) == BPF_K) {
      at = jump_target(instruction, at, accumulator);
    } else {
      throw std::domain_error("an unknown instruction");
    }
  }
  throw std::domain_error("runs off its end");
}

// What the accumulator can hold when an instruction is reached; a set, because paths meet.
enum Holds : unsigned { kNothing = 1, kANumber = 2, kAnArchitecture = 4, kAnArgument = 8 };

// Every constant that a number is compared with begins a run, and so does the one after it: between two
// neighbouring bounds no comparison can tell numbers apart.
void note_comparison(Constants& constants, const sock_filter& jump, unsigned holds) {
  if (BPF_OP(jump.code) == BPF_JA) return;
  if ((holds & kAnArchitecture) != 0) {
    if (BPF_OP(jump.code) != BPF_JEQ) throw std::domain_error("an architecture is compared for order");
    constants.architectures.insert(jump.k);
  }
  if ((holds & kANumber) != 0) {
    if (BPF_OP(jump.code) == BPF_JSET) throw std::domain_error("a bit of a number is tested");
    constants.bounds.insert(jump.k);
    if (jump.k != UINT32_MAX) constants.bounds.insert(jump.k + 1);
  }
}

}  // namespace

std::uint32_t run(const BpfProgram& program, const SyscallData& data) {
  const auto load = [&data](std::uint32_t offset) -> std::uint32_t {
    if (offset == kNumber) return data.number;
    if (offset == kArchitecture) return data.architecture;
    const std::uint32_t within = offset - static_cast<std::uint32_t>(offsetof(seccomp_data, args));
    const std::uint64_t argument = data.arguments[within / 8 % 6];
    return static_cast<std::uint32_t>(within % 8 == 0 ? argument : argument >> 32U);
  };
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0;;) {
    const sock_filter& instruction = program.at(at);
    if (instruction.code == (BPF_LD | BPF_W | BPF_ABS)) {
      accumulator = load(instruction.k);
      ++at;
    } else if (instruction.code == (BPF_ALU | BPF_AND | BPF_K)) {
      accumulator &= instruction.k;
      ++at;
    } else if (instruction.code == (BPF_RET | BPF_K)) {
      return instruction.k;
    } else {
      at = jump_target(instruction, at, accumulator);
    }
  }
}

Constants constants_of(const BpfProgram& program) {
  Constants constants;
  std::vector<unsigned> holds(program.size() + 1, 0);
  holds.at(0) = kNothing;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& instruction = program[at];
    if (holds[at] == 0) continue;
    if (BPF_CLASS(instruction.code) == BPF_LD) {
      holds[at + 1] |= instruction.k == kNumber         ? kANumber
                       : instruction.k == kArchitecture ? kAnArchitecture
                                                        : kAnArgument;
    } else if (instruction.code == (BPF_JMP | BPF_JA)) {
      holds.at(at + 1 + instruction.k) |= holds[at];
    } else if (is_jump(instruction)) {
      note_comparison(constants, instruction, holds[at]);
      holds.at(at + 1 + instruction.jt) |= holds[at];
      holds.at(at + 1 + instruction.jf) |= holds[at];
    } else if (BPF_CLASS(instruction.code) == BPF_ALU) {
      if (holds[at] != kAnArgument) throw std::domain_error("arithmetic on a number");
      holds[at + 1] |= kAnArgument;
    }
  }
  return constants;
}

std::vector<Run> runs_of(const BpfProgram& program, std::uint32_t architecture,
                         const std::set<std::uint32_t>& bounds) {
  std::vector<Run> runs;
  for (const std::uint32_t first : bounds) {
    const Outcome outcome = follow(program, architecture, first);
    if (runs.empty() || runs.back().outcome != outcome) runs.push_back({first, outcome});
  }
  return runs;
}

// All jumps lead forward, and leaving instructions out only shortens them.
BpfProgram reachable_from(const BpfProgram& program, std::size_t start) {
  std::map<std::size_t, std::size_t> place;  // old index -> new index
  std::set<std::size_t> waiting = {start};
  std::vector<std::size_t> order;
  while (!waiting.empty()) {
    const std::size_t at = waiting.extract(waiting.begin()).value();
    place[at] = order.size();
    order.push_back(at);
    const sock_filter& instruction = program.at(at);
    if (BPF_CLASS(instruction.code) == BPF_RET) continue;
    if (instruction.code == (BPF_JMP | BPF_JA)) {
      waiting.insert(at + 1 + instruction.k);
    } else if (is_jump(instruction)) {
      waiting.insert({at + 1 + instruction.jt, at + 1 + instruction.jf});
    } else {
      waiting.insert(at + 1);
    }
  }
  BpfProgram part;
  for (const std::size_t at : order) {
    sock_filter instruction = program[at];
    const auto distance = [&](std::size_t target) { return place.at(target) - place.at(at) - 1; };
    if (instruction.code == (BPF_JMP | BPF_JA)) {
      instruction.k = static_cast<std::uint32_t>(distance(at + 1 + instruction.k));
    } else if (is_jump(instruction)) {
      instruction.jt = static_cast<std::uint8_t>(distance(at + 1 + instruction.jt));
      instruction.jf = static_cast<std::uint8_t>(distance(at + 1 + instruction.jf));
    }
    part.push_back(instruction);
  }
  return part;
}

}  // namespace security
