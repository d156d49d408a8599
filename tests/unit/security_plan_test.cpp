// Capability sets and seccomp programs without loading either.
#include <gmock/gmock.h>

#include "mini-container/runtime/security/capabilities.h"
#include "mini-container/runtime/security/seccomp.h"
#include "mini-container/runtime/spec/invalid.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr security::CapabilityMask kChown = 1, kKill = 1 << 5;

TEST(CapabilityPlan, NamesBecomeBits) {
  spec::Capabilities wanted;
  wanted.bounding = wanted.permitted = {"CAP_CHOWN", "CAP_KILL"};
  wanted.effective = {"CAP_KILL"};
  const auto plan = security::plan_capabilities(wanted, security::all_capabilities(40));
  EXPECT_EQ(plan.bounding, kChown | kKill);
  EXPECT_EQ(plan.permitted, kChown | kKill);
  EXPECT_EQ(plan.effective, kKill);
  EXPECT_EQ(plan.inheritable | plan.ambient, 0U);
  EXPECT_THAT(plan.warnings, IsEmpty());
  EXPECT_EQ(security::capability_names(plan.bounding), "CAP_CHOWN CAP_KILL");
}

TEST(CapabilityPlan, WhatCannotBeGrantedIsAWarningThatNamesIt) {
  spec::Capabilities wanted;
  wanted.bounding = {"CAP_CHOWN", "CAP_FUTURE", "chown", "12", "CAP_PERFMON"};
  wanted.permitted = {"CAP_KILL"};
  security::AvailableCapabilities available{kChown, kChown, 30};
  const auto plan = security::plan_capabilities(wanted, available);
  EXPECT_EQ(plan.bounding, kChown);
  EXPECT_EQ(plan.permitted, 0U);
  EXPECT_THAT(plan.warnings,
              ElementsAre(HasSubstr("bounding: CAP_FUTURE unknown"), HasSubstr("chown unknown"),
                          HasSubstr("12 unknown"), HasSubstr("CAP_PERFMON unknown"),
                          HasSubstr("permitted: CAP_KILL cannot be granted")));
}

TEST(CapabilityPlan, TheKernelsRulesBetweenTheSetsHold) {
  spec::Capabilities wanted;
  wanted.bounding = wanted.permitted = wanted.inheritable = {"CAP_CHOWN"};
  wanted.effective = wanted.ambient = {"CAP_CHOWN", "CAP_KILL"};
  const auto plan = security::plan_capabilities(wanted, security::all_capabilities(40));
  EXPECT_EQ(plan.effective, kChown);
  EXPECT_EQ(plan.ambient, kChown);
  EXPECT_EQ(plan.warnings.size(), 2U);
}

std::string refusal(const spec::Seccomp& profile) {
  try {
    security::compile_seccomp(profile);
  } catch (const spec::Invalid& error) {
    return error.what();
  }
  return "accepted";
}

spec::Seccomp profile() {
  spec::Seccomp result;
  result.default_action = "SCMP_ACT_ALLOW";
  return result;
}

TEST(SeccompPlan, MistakesAreNamedWithTheirPlace) {
  spec::Seccomp seccomp = profile();
  seccomp.default_action = "SCMP_ACT_PERHAPS";
  EXPECT_THAT(refusal(seccomp),
              testing::AllOf(HasSubstr("linux.seccomp.defaultAction"), HasSubstr("SCMP_ACT_ERRNO")));
  seccomp = profile();
  seccomp.syscalls = {{{"read"}, "SCMP_ACT_ERRNO", {}, {{0, 1, 0, "SCMP_CMP_ABOUT"}}}};
  EXPECT_THAT(refusal(seccomp), HasSubstr("linux.seccomp.syscalls[0].args[0].op"));
  seccomp.syscalls[0].args = {{6, 1, 0, "SCMP_CMP_EQ"}};
  EXPECT_THAT(refusal(seccomp), HasSubstr("linux.seccomp.syscalls[0].args[0].index"));
  seccomp = profile();
  seccomp.architectures = {"SCMP_ARCH_ABACUS"};
  EXPECT_THAT(refusal(seccomp), HasSubstr("linux.seccomp.architectures[0]"));
  seccomp = profile();
  seccomp.flags = {"SECCOMP_FILTER_FLAG_FLY"};
  EXPECT_THAT(refusal(seccomp), HasSubstr("linux.seccomp.flags[0]"));
}

TEST(SeccompPlan, AListenerGetsADescriptor) {
  constexpr unsigned new_listener = 8, tsync = 1, tsync_esrch = 16, wait_killable = 32;
  spec::Seccomp seccomp = profile();
  seccomp.flags = {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};
  EXPECT_THAT(refusal(seccomp), HasSubstr("linux.seccomp.flags[0]: it is about waiting for a listener"));
  EXPECT_FALSE(security::asks_listener(security::compile_seccomp(profile())));
  seccomp.listener_path = "/listener";
  EXPECT_EQ(security::compile_seccomp(seccomp).flags, new_listener | wait_killable);
  seccomp.syscalls = {{{"mkdir"}, "SCMP_ACT_NOTIFY", {}, {}}};
  EXPECT_EQ(security::compile_seccomp(seccomp).flags, new_listener | wait_killable);
  seccomp.flags = {"SECCOMP_FILTER_FLAG_TSYNC"};
  EXPECT_EQ(security::compile_seccomp(seccomp).flags, new_listener | tsync | tsync_esrch);
  EXPECT_TRUE(security::asks_listener(security::compile_seccomp(seccomp)));
}

TEST(SeccompPlan, EveryArchitectureOfTheSpecificationIsKnown) {
  for (const char* name :
       {"X86", "X86_64", "X32", "ARM", "AARCH64", "MIPS", "MIPS64", "MIPS64N32", "MIPSEL", "MIPSEL64",
        "MIPSEL64N32", "PPC", "PPC64", "PPC64LE", "S390", "S390X", "PARISC", "PARISC64", "RISCV64"}) {
    spec::Seccomp seccomp = profile();
    seccomp.architectures = {std::string("SCMP_ARCH_") + name};
    EXPECT_THAT(refusal(seccomp), testing::AnyOf("accepted", HasSubstr("refuses it"))) << name;
  }
}

TEST(SeccompPlan, AProgramIsMadeWithItsFlags) {
  spec::Seccomp seccomp = profile();
  seccomp.flags = {"SECCOMP_FILTER_FLAG_LOG"};
  seccomp.architectures = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"};
  seccomp.syscalls = {{{"read", "no_such_call"}, "SCMP_ACT_ERRNO", 5, {}}};
  const auto filter = security::compile_seccomp(seccomp);
  EXPECT_EQ(filter.flags, 2U);
  EXPECT_GT(filter.program.size(), 4U);
  EXPECT_THAT(filter.unknown_names, ElementsAre("no_such_call"));
}

TEST(SeccompPlan, TheDescriptionCountsCallsByTheirAnswer) {
  spec::Seccomp profile;
  profile.default_action = "SCMP_ACT_ERRNO";
  profile.default_errno_ret = 38;
  profile.listener_path = "/run/decider";
  profile.flags = {"SECCOMP_FILTER_FLAG_LOG"};
  profile.syscalls = {{{"read", "write", "no_such_call"}, "SCMP_ACT_ALLOW", {}, {}},
                      {{"personality"}, "SCMP_ACT_ALLOW", {}, {{0, 0, 0, "SCMP_CMP_EQ"}}},
                      {{"mount"}, "SCMP_ACT_NOTIFY", {}, {}}};
  EXPECT_THAT(security::describe(profile, security::compile_seccomp(profile)),
              testing::StartsWith("SCMP_ACT_ALLOW: 3 always, 1 by their arguments\n"
                                  "SCMP_ACT_NOTIFY: 1 always, 0 by their arguments\n"
                                  "any other: SCMP_ACT_ERRNO with errno 38\n"
                                  "listener: /run/decider\n"
                                  "flags: SECCOMP_FILTER_FLAG_LOG\n"
                                  "left out, unknown to libseccomp: no_such_call\n"));
}

}  // namespace
