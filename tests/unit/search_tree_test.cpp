// The rewritten filter answers as libseccomp's own program does: for every number of every architecture, and for
// arguments around every constant that a rule compares with.
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <cstdlib>
#include <memory>
#include <random>

#include "mini-container/runtime/security/search_tree.h"
#include "mini-container/runtime/security/seccomp.h"

namespace {

// As engines write them: most calls allowed by name, some refused, a few allowed for certain arguments.
spec::Seccomp allow_list() {
  spec::SyscallRule allowed{{}, "SCMP_ACT_ALLOW", {}, {}};
  for (int number = 0; number < 450; ++number) {
    const std::unique_ptr<char, decltype(&std::free)> name(
        ::seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, number), std::free);
    const std::string text = name ? name.get() : "";
    const bool conditional = text == "socket" || text == "personality" || text == "clone" || text == "kcmp" ||
                             text == "ptrace" || text == "keyctl";
    if (!text.empty() && !conditional && number % 9 != 5) allowed.names.push_back(text);
  }
  for (const char* other : {"time", "ipc", "socketcall", "futex_time64", "_llseek"})
    allowed.names.emplace_back(other);
  spec::Seccomp profile;
  profile.default_action = "SCMP_ACT_ERRNO";
  profile.architectures = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"};
  profile.syscalls = {
      allowed,
      {{"socket"}, "SCMP_ACT_ALLOW", {}, {{0, 40, 0, "SCMP_CMP_NE"}}},
      {{"personality"}, "SCMP_ACT_ALLOW", {}, {{0, 0, 0, "SCMP_CMP_EQ"}}},
      {{"personality"}, "SCMP_ACT_ALLOW", {}, {{0, 0xffffffff, 0, "SCMP_CMP_EQ"}}},
      {{"clone"}, "SCMP_ACT_ALLOW", {}, {{0, 0x7e020000, 0, "SCMP_CMP_MASKED_EQ"}}},
      {{"kcmp"}, "SCMP_ACT_ALLOW", {}, {{0, 7, 0, "SCMP_CMP_GE"}, {3, 0x500000000, 0, "SCMP_CMP_LE"}}},
      {{"ptrace"}, "SCMP_ACT_ERRNO", 38U, {}},
      {{"keyctl"}, "SCMP_ACT_KILL_PROCESS", {}, {}},
  };
  return profile;
}

std::vector<std::uint64_t> interesting_arguments(const security::BpfProgram& program) {
  std::vector<std::uint64_t> values = {0, 1, UINT64_MAX};
  for (const sock_filter& instruction : program) {
    if (BPF_CLASS(instruction.code) != BPF_JMP || instruction.k < 7) continue;
    for (const std::uint64_t high : {0ULL, 5ULL}) {
      for (const int step : {-1, 0, 1}) {
        values.push_back((high << 32U) + instruction.k + static_cast<std::uint64_t>(step));
      }
    }
  }
  return values;
}

std::vector<std::uint32_t> interesting_numbers() {
  std::vector<std::uint32_t> numbers = {0x3fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  for (std::uint32_t number = 0; number < 600; ++number) {
    numbers.push_back(number);
    numbers.push_back(0x40000000 + number);
  }
  return numbers;
}

void expect_equal(const security::BpfProgram& original, const security::BpfProgram& tree) {
  const auto arguments = interesting_arguments(original);
  std::mt19937 random(7);
  const std::vector<std::uint32_t> architectures = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64,
                                                    0};
  for (const std::uint32_t architecture : architectures) {
    for (const std::uint32_t number : interesting_numbers()) {
      for (int round = 0; round < 40; ++round) {
        security::SyscallData data{number, architecture, {}};
        for (auto& argument : data.arguments)
          argument = arguments[random() % arguments.size()];
        ASSERT_EQ(security::run(original, data), security::run(tree, data))
            << "architecture " << architecture << ", number " << number << ", first argument "
            << data.arguments[0];
      }
    }
  }
}

TEST(SearchTree, AnswersAsTheProgramOfLibseccompDoes) {
  const auto original = security::compile_seccomp(allow_list()).program;
  const auto tree = security::search_tree(original);
  EXPECT_LT(tree.size(), original.size() / 2);
  RecordProperty("instructions of libseccomp", static_cast<int>(original.size()));
  RecordProperty("instructions of the tree", static_cast<int>(tree.size()));
  expect_equal(original, tree);
}

TEST(SearchTree, HoldsForADenyListOfOneArchitectureToo) {
  spec::Seccomp profile = allow_list();
  profile.default_action = "SCMP_ACT_ALLOW";
  profile.architectures = {};
  for (auto& rule : profile.syscalls)
    rule.action = rule.action == "SCMP_ACT_ALLOW" ? "SCMP_ACT_TRAP" : rule.action;
  const auto original = security::compile_seccomp(profile).program;
  expect_equal(original, security::search_tree(original));
}

TEST(SearchTree, AnUnconditionalAnswerLooksAtNoArgument) {
  const auto tree = security::search_tree(security::compile_seccomp(allow_list()).program);
  std::size_t argument_loads = 0;
  for (const sock_filter& instruction : tree) {
    if (BPF_CLASS(instruction.code) == BPF_LD && instruction.k >= offsetof(seccomp_data, args))
      ++argument_loads;
  }
  EXPECT_GT(argument_loads, 0U);
  // "read" is number 0: the kernel's bitmap needs an answer without arguments on the way there.
  EXPECT_EQ(security::run(tree, {0, AUDIT_ARCH_X86_64, {}}), static_cast<std::uint32_t>(SECCOMP_RET_ALLOW));
}

TEST(SearchTree, WhatItCannotFollowStaysAsItWas) {
  const security::BpfProgram odd = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 1),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL)};
  EXPECT_EQ(security::search_tree(odd).size(), odd.size());
  EXPECT_TRUE(security::search_tree({}).empty());
}

}  // namespace
