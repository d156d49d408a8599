// The process without a kernel: names become numbers, lists become processors, labels need a module.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/personality.h>

#include "base/sys/scheduling.h"
#include "mini-container/runtime/process/plan.h"
#include "mini-container/runtime/spec/cpu_list.h"
#include "mini-container/runtime/spec/invalid.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

spec::Process minimal() {
  spec::Process process;
  process.args = {"true"};
  process.cwd = "/";
  return process;
}

process::Plan plan_of(const spec::Process& process, const process::SecurityModules& modules = {}) {
  return process::plan(process, std::nullopt, std::nullopt, modules);
}

TEST(ProcessPlan, WhatIsNotAskedForIsLeftAlone) {
  const auto plan = plan_of(minimal());
  EXPECT_FALSE(plan.scheduler || plan.io_priority || plan.personality);
  EXPECT_THAT(plan.initial_cpus, IsEmpty());
  EXPECT_THAT(plan.final_cpus, IsEmpty());
  EXPECT_THAT(plan.labels, IsEmpty());
  EXPECT_EQ(plan.umask, mode_t{0022});
}

TEST(ProcessPlan, ASchedulerBecomesTheKernelsAttributes) {
  spec::Process process = minimal();
  process.scheduler = {"SCHED_FIFO", {}, 10, {"SCHED_FLAG_RESET_ON_FORK"}, {}, {}, {}};
  const auto fifo = plan_of(process).scheduler.value();
  EXPECT_EQ(fifo.policy, unsigned{SCHED_FIFO});
  EXPECT_EQ(fifo.priority, 10U);
  EXPECT_EQ(fifo.flags, 1U);
  process.scheduler = {"SCHED_DEADLINE", {}, {}, {}, 10, 20, 30};
  const auto deadline = plan_of(process).scheduler.value();
  EXPECT_EQ(deadline.policy, 6U);
  EXPECT_EQ(deadline.runtime + deadline.deadline + deadline.period, 60U);
}

TEST(ProcessPlan, IoPriorityAndPersonalityBecomeNumbers) {
  spec::Process process = minimal();
  process.io_priority = {"IOPRIO_CLASS_IDLE", 7};
  const auto plan = process::plan(process, spec::Personality{"LINUX32", {}}, std::nullopt, {});
  EXPECT_EQ(plan.io_priority->io_class, sys::kIoClassIdle);
  EXPECT_EQ(plan.io_priority->priority, 7U);
  EXPECT_EQ(plan.personality, PER_LINUX32);
}

TEST(ProcessPlan, WithoutAFinalAffinityAllProcessorsOfTheGroupAreUsed) {
  spec::Process process = minimal();
  process.exec_cpu_affinity = {"1", ""};
  EXPECT_THAT(plan_of(process).initial_cpus, ElementsAre(1U));
  EXPECT_EQ(plan_of(process).final_cpus.size(), 8192U);
  process.exec_cpu_affinity = {"", "0-1"};
  EXPECT_THAT(plan_of(process).initial_cpus, IsEmpty());
  EXPECT_THAT(plan_of(process).final_cpus, ElementsAre(0U, 1U));
}

TEST(ProcessPlan, ALabelNeedsItsModule) {
  spec::Process process = minimal();
  process.apparmor_profile = "docker-default";
  process.selinux_label = "system_u:system_r:container_t:s0";
  try {
    plan_of(process, {false, true});
    FAIL() << "a profile was accepted that nothing enforces";
  } catch (const spec::Invalid& error) {
    EXPECT_THAT(error.what(),
                testing::StartsWith("process.apparmorProfile: the host's kernel has no AppArmor"));
  }
  EXPECT_THROW(plan_of(process, {true, false}), spec::Invalid);
  const auto labels = plan_of(process, {true, true}).labels;
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(labels[0].value, "exec docker-default");
  EXPECT_EQ(labels[1].value, process.selinux_label);
  EXPECT_THAT(process::describe(plan_of(process, {true, true})),
              HasSubstr("label: write exec docker-default"));
}

TEST(ProcessPlan, TheDescriptionHasNamesForTheKernelsNumbers) {
  spec::Process process = minimal();
  process.env = {"PATH=/bin", "A=b"};
  process.scheduler = {"SCHED_DEADLINE", {}, {}, {}, 1, 2, 3};
  process.io_priority = {"IOPRIO_CLASS_IDLE", 0};
  process.exec_cpu_affinity = {"0-1", ""};
  const spec::MemoryPolicy memory{"MPOL_BIND", "0-1", {"MPOL_F_STATIC_NODES"}};
  const std::string text =
      process::describe(process::plan(process, spec::Personality{"LINUX32", {}}, memory, {}));
  for (const char* line :
       {"environment: PATH=/bin A=b\n",
        "scheduler: SCHED_DEADLINE nice 0 priority 0, 1 ns in 3 ns, within 2 ns\n",
        "I/O priority: IOPRIO_CLASS_IDLE 0\n", "memory policy: MPOL_BIND|MPOL_F_STATIC_NODES nodes 0,1\n",
        "personality: LINUX32\n", "exec starts on processors 0,1\n", "exec goes on on every processor\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(CpuList, IsReadAsTheKernelWritesIt) {
  EXPECT_THAT(spec::parse_cpu_list("3,0-1,1").value(), ElementsAre(0U, 1U, 3U));
  for (const char* wrong :
       {"", ",", "1,", "-1", "1-", "3-1", "a", "1 2", "8192", "0-8192", "99999999999", "1--2"})
    EXPECT_FALSE(spec::parse_cpu_list(wrong)) << wrong;
}

}  // namespace
