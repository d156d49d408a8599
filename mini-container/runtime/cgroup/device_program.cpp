// The device rules as an eBPF program, assembled by hand: the kernel calls it for each mknod and open of a
// device node in the group, and 0 means EPERM.
//
// Each bit of the access asked for (read, write, mknod) is decided by the last rule that names the device and
// that bit, as v1's exception lists do. So the rules are walked backwards: an allowing rule takes its bits off
// what remains to be decided, a denying one that meets a remaining bit ends it. What no rule names is allowed.
// Reads: bpf(2), Linux Documentation/bpf/prog_cgroup... and include/uapi/linux/bpf.h (bpf_cgroup_dev_ctx).
#include <cstddef>

#include "mini-container/runtime/cgroup/device_rules.h"

namespace cgroup {

namespace {

// Registers: r1 the context, then scratch; what was asked is kept in the others.
constexpr std::uint8_t kScratch = BPF_REG_1, kType = BPF_REG_2, kRemaining = BPF_REG_3, kMajor = BPF_REG_4,
                       kMinor = BPF_REG_5;

bpf_insn instruction(unsigned code, std::uint8_t to, std::uint8_t from, std::int16_t offset,
                     std::int32_t value) {
  bpf_insn result{};
  result.code = static_cast<std::uint8_t>(code);
  result.dst_reg = to & 0xF;
  result.src_reg = from & 0xF;
  result.off = offset;
  result.imm = value;
  return result;
}

bpf_insn load(std::uint8_t to, std::size_t offset) {
  return instruction(BPF_LDX | BPF_MEM | BPF_W, to, BPF_REG_1, static_cast<std::int16_t>(offset), 0);
}
bpf_insn set(std::uint8_t to, std::int32_t value) {
  return instruction(BPF_ALU | BPF_MOV | BPF_K, to, 0, 0, value);
}
bpf_insn copy(std::uint8_t to, std::uint8_t from) {
  return instruction(BPF_ALU | BPF_MOV | BPF_X, to, from, 0, 0);
}
bpf_insn mask(std::uint8_t to, std::int32_t value) {
  return instruction(BPF_ALU | BPF_AND | BPF_K, to, 0, 0, value);
}
bpf_insn shift_right(std::uint8_t to, std::int32_t bits) {
  return instruction(BPF_ALU | BPF_RSH | BPF_K, to, 0, 0, bits);
}
// Jumps are relative to the next instruction; `offset` is filled in by Rule.
bpf_insn skip_unless_equal(std::uint8_t which, std::int32_t value) {
  return instruction(BPF_JMP | BPF_JNE | BPF_K, which, 0, 0, value);
}
bpf_insn skip_if_equal(std::uint8_t which, std::int32_t value) {
  return instruction(BPF_JMP | BPF_JEQ | BPF_K, which, 0, 0, value);
}
bpf_insn leave() {
  return instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

std::int32_t access_bits(const DeviceRule& rule) {
  return (rule.mknod ? BPF_DEVCG_ACC_MKNOD : 0) | (rule.read ? BPF_DEVCG_ACC_READ : 0) |
         (rule.write ? BPF_DEVCG_ACC_WRITE : 0);
}

bool always_matches(const DeviceRule& rule) {
  return rule.type == 'a';
}

void add_verdict(std::vector<bpf_insn>& code, bool allow) {
  code.push_back(set(BPF_REG_0, allow ? 1 : 0));
  code.push_back(leave());
}

void add_rule(std::vector<bpf_insn>& program, const DeviceRule& rule) {
  std::vector<bpf_insn> code;
  code.push_back(skip_unless_equal(kType, rule.type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK));
  if (rule.major) code.push_back(skip_unless_equal(kMajor, static_cast<std::int32_t>(*rule.major)));
  if (rule.minor) code.push_back(skip_unless_equal(kMinor, static_cast<std::int32_t>(*rule.minor)));
  if (rule.allow) {
    code.push_back(mask(kRemaining, ~access_bits(rule)));
    // Zero left: allowed. Otherwise on to the next rule, which is where every skip of this one leads.
    code.push_back(skip_unless_equal(kRemaining, 0));
  } else {
    code.push_back(copy(kScratch, kRemaining));
    code.push_back(mask(kScratch, access_bits(rule)));
    code.push_back(skip_if_equal(kScratch, 0));
  }
  add_verdict(code, rule.allow);
  for (std::size_t i = 0; i < code.size(); ++i) {
    const bool jump = BPF_CLASS(code[i].code) == BPF_JMP && BPF_OP(code[i].code) != BPF_EXIT;
    if (jump) code[i].off = static_cast<std::int16_t>(code.size() - i - 1);
  }
  program.insert(program.end(), code.begin(), code.end());
}

}  // namespace

std::vector<bpf_insn> device_program(const std::vector<DeviceRule>& rules) {
  std::vector<bpf_insn> program = {
      load(kType, offsetof(bpf_cgroup_dev_ctx, access_type)),
      copy(kRemaining, kType),
      mask(kType, 0xFFFF),
      shift_right(kRemaining, 16),
      load(kMajor, offsetof(bpf_cgroup_dev_ctx, major)),
      load(kMinor, offsetof(bpf_cgroup_dev_ctx, minor)),
  };
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    if (always_matches(*rule)) {
      // WHY: stop here; the verifier refuses a program with instructions that nothing reaches.
      add_verdict(program, rule->allow);
      return program;
    }
    add_rule(program, *rule);
  }
  add_verdict(program, true);
  return program;
}

}  // namespace cgroup
