// Control groups against the real kernel, on whatever layout the host has.
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "base/sys/file.h"
#include "base/sys/namespace.h"
#include "base/sys/process.h"
#include "tests/kernel/cgroups.h"

namespace {

using testing::HasSubstr;
using testing::IsEmpty;

using cgroup_tests::Cgroups;
using cgroup_tests::path_of;

TEST_F(Cgroups, AGroupHasItsLimitsBeforeAnythingRunsInIt) {
  auto group = cgroup::Cgroup::create(plan());
  const bool v2 = layout_.find("pids")->version == cgroup::Version::v2;
  EXPECT_EQ(sys::read_file(path_of(group, "pids") + "/pids.max"), "20\n");
  EXPECT_EQ(sys::read_file(path_of(group, "memory") + (v2 ? "/memory.max" : "/memory.limit_in_bytes")),
            "67108864\n");
  EXPECT_EQ(sys::read_file(path_of(group, "cpu") + (v2 ? "/cpu.weight" : "/cpu.shares")),
            v2 ? "50\n" : "512\n");
}

TEST_F(Cgroups, AGroupThatIsNotKeptLeavesNothing) {
  {
    auto group = cgroup::Cgroup::create(plan());
    EXPECT_THAT(left_over(), testing::Not(IsEmpty()));
  }
  EXPECT_THAT(left_over(), IsEmpty());
  EXPECT_FALSE(sys::exists(layout_.hierarchies.front().mount_point + path_.substr(0, path_.find("/box"))));
}

TEST_F(Cgroups, ARefusedValueNamesItsMemberAndLeavesNothing) {
  resources_.cpu.cpus = "1000-2000";
  if (layout_.find("cpuset") == nullptr) GTEST_SKIP() << "no cpuset controller";
  try {
    cgroup::Cgroup::create(plan());
    FAIL() << "1000 processors were accepted";
  } catch (const sys::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("linux.resources.cpu.cpus"));
  }
  EXPECT_THAT(left_over(), IsEmpty());
}

TEST_F(Cgroups, AChildThatEntersIsInEveryGroup) {
  auto group = cgroup::Cgroup::create(plan());
  sys::Child child = sleeper(group);
  ASSERT_TRUE(arrives(group, child.pid()));
  const std::string pid = std::to_string(child.pid()) + "\n";
  for (const auto& placement : group.placements()) {
    EXPECT_EQ(sys::read_file(placement.path + "/cgroup.procs"), pid) << placement.name;
  }
}

TEST_F(Cgroups, ACpusetIsFilledFromAboveBeforeAnybodyEnters) {
  if (layout_.find("cpuset") == nullptr) GTEST_SKIP() << "no cpuset controller";
  resources_ = {};
  resources_.cpu.cpus = "0";
  auto group = cgroup::Cgroup::create(plan());
  EXPECT_EQ(sys::read_file(path_of(group, "cpuset") + "/cpuset.cpus"), "0\n");
  sys::Child child = sleeper(group);
  EXPECT_TRUE(arrives(group, child.pid()));
}

TEST_F(Cgroups, AProcessCanBeMovedInLater) {
  auto group = cgroup::Cgroup::create(plan());
  sys::Child child = sys::clone3({}, [] { return ::pause(); });
  group.attach(child.pid());
  EXPECT_THAT(group.pids(), testing::ElementsAre(child.pid()));
}

TEST_F(Cgroups, KillingTheGroupKillsAllAndRemovingItTakesAll) {
  auto group = cgroup::Cgroup::create(plan());
  sys::Child first = sleeper(group);
  sys::Child second = sleeper(group);
  ASSERT_TRUE(arrives(group, first.pid()));
  ASSERT_TRUE(arrives(group, second.pid()));
  sys::mkdir(path_of(group, "pids") + "/below");
  group.kill_all();
  EXPECT_EQ(first.wait().signal, SIGKILL);
  EXPECT_EQ(second.wait().signal, SIGKILL);
  EXPECT_TRUE(group.wait_until_empty(std::chrono::seconds(5)));
  group.remove();
  EXPECT_THAT(left_over(), IsEmpty());
  EXPECT_TRUE(group.empty());
}

TEST_F(Cgroups, RemovingKillsWhatStillRunsEvenWhenFrozen) {
  auto group = cgroup::Cgroup::create(plan());
  sys::Child child = sleeper(group);
  ASSERT_TRUE(arrives(group, child.pid()));
  group.freeze();
  EXPECT_TRUE(group.frozen());
  group.remove();
  EXPECT_THAT(left_over(), IsEmpty());
  EXPECT_EQ(child.wait().signal, SIGKILL);
}

TEST_F(Cgroups, AFrozenGroupStandsStillUntilThawed) {
  auto group = cgroup::Cgroup::create(plan());
  sys::Pipe pipe = sys::pipe();
  sys::Child child = sys::clone3({0, group.clone_descriptor()}, [&] {
    group.enter_from_child();
    while (::write(pipe.write.get(), "x", 1) == 1)
      ::usleep(1000);
    return 0;
  });
  ASSERT_TRUE(arrives(group, child.pid()));
  group.freeze();
  sys::set_nonblocking(pipe.read.get(), true);
  char buffer[65536];
  while (::read(pipe.read.get(), buffer, sizeof buffer) > 0)
    continue;
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_LT(::read(pipe.read.get(), buffer, sizeof buffer), 0);
  group.thaw();
  EXPECT_FALSE(group.frozen());
  pollfd poll{pipe.read.get(), POLLIN, 0};
  EXPECT_EQ(sys::poll({&poll, 1}, 5000), 1);
}

TEST_F(Cgroups, AForkBombIsHeldByThePidsLimitAndKilled) {
  auto group = cgroup::Cgroup::create(plan());
  sys::Child child = sys::clone3({0, group.clone_descriptor()}, [&] {
    group.enter_from_child();
    for (int i = 0; i < 200; ++i) {
      if (::fork() == 0) {
        for (;;) {
          if (::fork() < 0) ::usleep(500);
        }
      }
    }
    ::pause();
    return 0;
  });
  ASSERT_TRUE(arrives(group, child.pid()));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(group.usage().pids.value_or(0), 20U);
  group.remove();
  EXPECT_THAT(left_over(), IsEmpty());
}

TEST_F(Cgroups, WhatACrashLeftIsReplacedAndWhatIsInUseIsNot) {
  auto crashed = cgroup::Cgroup::create(plan());
  crashed.keep();
  resources_.pids.limit = 7;
  {
    auto group = cgroup::Cgroup::create(plan());
    EXPECT_EQ(sys::read_file(path_of(group, "pids") + "/pids.max"), "7\n");
    sys::Child child = sleeper(group);
    ASSERT_TRUE(arrives(group, child.pid()));
    EXPECT_THROW(cgroup::Cgroup::create(plan()), sys::Error);
    EXPECT_THAT(group.pids(), testing::ElementsAre(child.pid()));
  }
  EXPECT_THAT(left_over(), IsEmpty());
  for (const auto& hierarchy : layout_.hierarchies) {
    sys::rmdir_if_present(hierarchy.mount_point + path_.substr(0, path_.find("/box")));
  }
}

TEST_F(Cgroups, ManyComeAndGoUnderOneParent) {
  resources_ = {};
  constexpr int kWorkers = 4;
  std::vector<sys::Child> children;
  children.reserve(kWorkers);
  for (int worker = 0; worker < kWorkers; ++worker) {
    children.push_back(sys::clone3({}, [&] {
      try {
        const std::string own = path_ + std::to_string(worker);
        for (int round = 0; round < 50; ++round)
          cgroup::Cgroup::create(cgroup::plan(layout_, {own, resources_, false}));
        return 0;
      } catch (const std::exception& error) {
        ::dprintf(2, "%s\n", error.what());
        return 1;
      }
    }));
  }
  for (auto& child : children)
    EXPECT_EQ(child.wait().code, 0);
  // Whoever made the parent could not remove it while another had a group in it.
  for (const auto& hierarchy : layout_.hierarchies) {
    sys::rmdir_if_present(hierarchy.mount_point + path_.substr(0, path_.find("/box")));
  }
}

TEST_F(Cgroups, UsageIsReadWhereTheControllerIsThere) {
  auto group = cgroup::Cgroup::create(plan());
  sys::Child child = sys::clone3({0, group.clone_descriptor()}, [&] {
    group.enter_from_child();
    const std::size_t size = 8 << 20;
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    std::memset(memory, 1, size);
    return memory == nullptr ? 1 : 0;
  });
  EXPECT_EQ(child.wait().code, 0);
  const cgroup::Usage usage = group.usage();
  EXPECT_GT(usage.cpu.value_or(std::chrono::nanoseconds(0)).count(), 0);
  EXPECT_GE(usage.memory_peak.value_or(0), 8U << 20);
  EXPECT_EQ(usage.pids, 0U);
}

}  // namespace
