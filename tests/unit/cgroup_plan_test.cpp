// Control groups without a kernel: where the hierarchies are, and which file gets which value in which order.
#include <gmock/gmock.h>

#include "mini-container/runtime/cgroup/plan.h"
#include "mini-container/runtime/spec/invalid.h"

namespace {

using cgroup::Layout;
using cgroup::Version;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kSplitMounts[] =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset,clone_children\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory,release_agent=/x\n"
    "36 31 0:33 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices\n"
    "37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer\n"
    "39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd\n";
constexpr char kUnifiedMount[] =
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr char kPureMount[] = "30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

Layout v1() {
  return cgroup::parse_layout(kSplitMounts, "4:memory:/session/7\n3:cpu,cpuacct:/\n1:name=systemd:/u\n", "");
}
Layout v2() {
  return cgroup::parse_layout(kPureMount, "0::/user.slice/shell\n", "cpuset cpu io memory hugetlb pids\n");
}

std::vector<std::string> writes(const cgroup::Plan& plan) {
  std::vector<std::string> result;
  for (const auto& setting : plan.settings)
    result.push_back(setting.file + " " + setting.value);
  return result;
}
std::vector<std::string> paths(const cgroup::Plan& plan) {
  std::vector<std::string> result;
  for (const auto& directory : plan.directories)
    result.push_back(directory.path);
  return result;
}
std::string refusal(const Layout& layout, const spec::Resources& resources, const std::string& path = "/c") {
  try {
    cgroup::plan(layout, {path, resources, false});
  } catch (const spec::Invalid& error) {
    return error.what();
  }
  return "accepted";
}

TEST(CgroupLayout, EachV1ControllerIsFoundInItsHierarchy) {
  const Layout layout = v1();
  EXPECT_EQ(layout.find("cpuacct")->mount_point, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_EQ(layout.find("cpuset")->name(), "cpuset");
  EXPECT_EQ(layout.find("memory")->own, "/session/7");
  EXPECT_EQ(layout.find("release_agent=/x"), nullptr);
  EXPECT_EQ(layout.find("name=systemd")->own, "/u");
  EXPECT_EQ(layout.unified(), nullptr);
  EXPECT_FALSE(layout.pure_v2());
}

TEST(CgroupLayout, AHybridHostHasBothVersions) {
  const Layout layout =
      cgroup::parse_layout(std::string(kSplitMounts) + kUnifiedMount, "0::/a\n", "hugetlb\n");
  EXPECT_EQ(layout.find("memory")->version, Version::v1);
  EXPECT_EQ(layout.find("hugetlb")->version, Version::v2);
  EXPECT_EQ(layout.unified()->own, "/a");
  EXPECT_FALSE(layout.pure_v2());
}

TEST(CgroupLayout, V2KnowsItsControllersFromTheFile) {
  const Layout layout = v2();
  EXPECT_TRUE(layout.pure_v2());
  EXPECT_EQ(layout.find("pids")->version, Version::v2);
  EXPECT_EQ(layout.find("devices"), nullptr);
  EXPECT_EQ(layout.unified()->own, "/user.slice/shell");
}

TEST(CgroupLayout, InsideAContainerPathsStartAtWhatIsMounted) {
  const Layout layout = cgroup::parse_layout(
      "32 31 0:29 /docker/abc /sys/fs/cgroup/mem\\040ory ro - cgroup cgroup rw,memory\n"
      "33 31 0:29 / /mnt/again rw - cgroup cgroup rw,memory\n",
      "4:memory:/docker/abc/x\n", "");
  ASSERT_EQ(layout.hierarchies.size(), 1U);
  EXPECT_EQ(layout.hierarchies[0].mount_point, "/sys/fs/cgroup/mem ory");
  EXPECT_EQ(layout.hierarchies[0].own, "/x");
}

TEST(CgroupLayout, LinesThatAreNoMountsAreSkipped) {
  EXPECT_THAT(cgroup::parse_layout("\n - cgroup\nx\n1 2 3 4 5 6 - cgroup\n \n", ":::\n:\n", "").hierarchies,
              IsEmpty());
}

TEST(CgroupPlan, RealtimeRuntimeIsGivenByTheTopOfV1) {
  spec::Resources resources;
  resources.cpu.realtime_runtime = 1000;
  EXPECT_THAT(paths(cgroup::plan(v1(), {"box", resources})),
              testing::Contains("/sys/fs/cgroup/cpu,cpuacct/mini-runtime-box"));
  EXPECT_THAT(paths(cgroup::plan(v1(), {"/up/box", resources})),
              testing::Contains("/sys/fs/cgroup/cpu,cpuacct/up/box"));
}

TEST(CgroupPlan, ARealtimePolicyGetsNoGroupThatWouldRefuseIt) {
  const spec::Resources nothing;
  const auto for_policy = [&](bool realtime) {
    return paths(cgroup::plan(v1(), {"box", nothing, false, true, false, false, realtime}));
  };
  EXPECT_THAT(for_policy(false), testing::Contains("/sys/fs/cgroup/cpu,cpuacct/mini-runtime/box"));
  EXPECT_THAT(for_policy(true),
              testing::Not(testing::Contains("/sys/fs/cgroup/cpu,cpuacct/mini-runtime/box")));
  EXPECT_THAT(for_policy(true), testing::Contains("/sys/fs/cgroup/memory/mini-runtime/box"));
}

TEST(CgroupWeights, RatiosOfSharesStayRatiosOfWeights) {
  EXPECT_EQ(cgroup::weight_of_shares(1024), 100U);
  EXPECT_EQ(cgroup::weight_of_shares(2048), 200U);
  EXPECT_EQ(cgroup::weight_of_shares(512), 50U);
  EXPECT_EQ(cgroup::weight_of_shares(2), 1U);
  EXPECT_EQ(cgroup::weight_of_shares(262144), 10000U);
}

spec::Resources typical() {
  spec::Resources resources;
  resources.cpu.shares = 512;
  resources.cpu.quota = 50000;
  resources.cpu.period = 100000;
  resources.cpu.cpus = "0-1";
  resources.memory.limit = 1 << 20;
  resources.memory.swap = 2 << 20;
  resources.memory.reservation = 1 << 19;
  resources.pids.limit = 10;
  return resources;
}

TEST(CgroupPlan, OneDocumentForV1) {
  const auto plan = cgroup::plan(v1(), {"/box/1", typical(), false});
  EXPECT_THAT(writes(plan), ElementsAre("cpuset.cpus 0-1", "cpu.shares 512", "cpu.cfs_period_us 100000",
                                        "cpu.cfs_quota_us 50000", "memory.limit_in_bytes 1048576",
                                        "memory.memsw.limit_in_bytes 2097152",
                                        "memory.soft_limit_in_bytes 524288", "pids.max 10"));
  EXPECT_THAT(paths(plan), ElementsAre("/sys/fs/cgroup/cpuset/box/1", "/sys/fs/cgroup/cpu,cpuacct/box/1",
                                       "/sys/fs/cgroup/memory/box/1", "/sys/fs/cgroup/pids/box/1",
                                       "/sys/fs/cgroup/freezer/box/1"));
  EXPECT_FALSE(plan.optional);
  EXPECT_TRUE(plan.is_entered_later());
}

TEST(CgroupPlan, TheSameDocumentForV2) {
  const auto plan = cgroup::plan(v2(), {"/box/1", typical(), false});
  EXPECT_THAT(writes(plan),
              ElementsAre("cpuset.cpus 0-1", "cpu.weight 50", "cpu.max 50000 100000", "memory.max 1048576",
                          "memory.swap.max 1048576", "memory.low 524288", "pids.max 10"));
  ASSERT_THAT(paths(plan), ElementsAre("/sys/fs/cgroup/box/1"));
  EXPECT_THAT(plan.directories[0].enable, ElementsAre("cpuset", "cpu", "memory", "pids"));
  EXPECT_FALSE(plan.is_entered_later()) << "clone3 bears the process in it";
}

TEST(CgroupPlan, WithoutLimitsOnlyWhatKillAndPauseNeedIsMade) {
  const spec::Resources none;
  const auto one = cgroup::plan(v1(), {"box", none, false});
  EXPECT_THAT(paths(one), ElementsAre("/sys/fs/cgroup/freezer/mini-runtime/box"));
  EXPECT_TRUE(one.optional);
  const auto two = cgroup::plan(v2(), {"box", none, true});
  EXPECT_THAT(paths(two), ElementsAre("/sys/fs/cgroup/user.slice/box"));
}

TEST(CgroupPlan, AGroupThatTheDocumentNamesExistsForEveryControllerThatCounts) {
  spec::Resources resources;
  resources.pids.limit = 10;
  const auto one = cgroup::plan(v1(), {"/docker/1", resources, false, true});
  EXPECT_THAT(paths(one), testing::UnorderedElementsAre(
                              "/sys/fs/cgroup/pids/docker/1", "/sys/fs/cgroup/freezer/docker/1",
                              "/sys/fs/cgroup/cpu,cpuacct/docker/1", "/sys/fs/cgroup/cpuset/docker/1",
                              "/sys/fs/cgroup/memory/docker/1"));
  EXPECT_THAT(writes(one), ElementsAre("pids.max 10"));
  const auto two = cgroup::plan(v2(), {"/docker/1", resources, false, true});
  ASSERT_THAT(paths(two), ElementsAre("/sys/fs/cgroup/docker/1"));
  EXPECT_THAT(two.directories[0].enable, ElementsAre("pids"));
  EXPECT_THAT(two.directories[0].offer, ElementsAre("cpu", "cpuset", "memory", "io"));
  EXPECT_THAT(paths(cgroup::plan(v1(), {"/user/1", resources, true, true})),
              ElementsAre("/sys/fs/cgroup/pids/user/1", "/sys/fs/cgroup/freezer/user/1"));
}

TEST(CgroupPlan, RunMakesOfANamedGroupOnlyWhatIsLimitedOrCounts) {
  spec::Resources resources;
  resources.pids.limit = 10;
  const auto one = cgroup::plan(v1(), {"/box", resources, false, true, true});
  EXPECT_THAT(paths(one),
              testing::UnorderedElementsAre("/sys/fs/cgroup/pids/box", "/sys/fs/cgroup/freezer/box",
                                            "/sys/fs/cgroup/cpu,cpuacct/box", "/sys/fs/cgroup/memory/box"));
  const auto two = cgroup::plan(v2(), {"/box", resources, false, true, true});
  ASSERT_THAT(paths(two), ElementsAre("/sys/fs/cgroup/box"));
  EXPECT_THAT(two.directories[0].offer, ElementsAre("cpu", "cpuset", "memory", "io"))
      << "costs nothing there";
}

TEST(CgroupPlan, UnlimitedIsWrittenAsTheKernelSpellsIt) {
  spec::Resources resources;
  resources.memory.limit = -1;
  resources.memory.swap = -1;
  resources.pids.limit = -1;
  resources.cpu.quota = -1;
  EXPECT_THAT(writes(cgroup::plan(v1(), {"/c", resources, false})),
              ElementsAre("cpu.cfs_quota_us -1", "memory.memsw.limit_in_bytes -1", "memory.limit_in_bytes -1",
                          "pids.max max"));
  EXPECT_THAT(writes(cgroup::plan(v2(), {"/c", resources, false})),
              ElementsAre("cpu.max max", "memory.max max", "memory.swap.max max", "pids.max max"));
}

TEST(CgroupPlan, AnUpdateNeverLetsMemoryExceedMemoryAndSwap) {
  spec::Resources resources;
  resources.memory.limit = 200;
  resources.memory.swap = 400;
  const auto order = [&](std::uint64_t in_force) {
    return cgroup::settings_for_update(v1(), resources, in_force).front().file;
  };
  EXPECT_EQ(order(100), "memory.memsw.limit_in_bytes");
  EXPECT_EQ(order(1000), "memory.limit_in_bytes");
}

TEST(CgroupPlan, ALimitThatNobodyCanEnforceIsRefusedByName) {
  spec::Resources resources;
  resources.pids.limit = 5;
  const Layout without =
      cgroup::parse_layout("37 31 0:34 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n", "", "");
  EXPECT_THAT(refusal(without, resources), testing::AllOf(HasSubstr("linux.resources.pids.limit"),
                                                          HasSubstr("no pids"), HasSubstr("remove")));
  EXPECT_EQ(refusal(without, {}), "accepted");
}

TEST(CgroupPlan, WhatOneVersionLacksIsRefusedByName) {
  spec::Resources swappiness;
  swappiness.memory.swappiness = 10;
  EXPECT_THAT(refusal(v2(), swappiness), HasSubstr("linux.resources.memory.swappiness"));
  EXPECT_EQ(refusal(v1(), swappiness), "accepted");
  spec::Resources unified;
  unified.unified = {{"memory.high", "1000"}};
  EXPECT_THAT(refusal(v1(), unified), HasSubstr("linux.resources.unified[\"memory.high\"]"));
  EXPECT_EQ(refusal(v2(), unified), "accepted");
  unified.unified = {{"../memory.high", "1000"}};
  EXPECT_THAT(refusal(v2(), unified), HasSubstr("not the name"));
}

TEST(CgroupPlan, SwapBelowTheLimitOrWithoutOneIsRefused) {
  spec::Resources resources;
  resources.memory.swap = 100;
  EXPECT_THAT(refusal(v2(), resources), HasSubstr("memory.swap"));
  resources.memory.limit = 200;
  EXPECT_THAT(refusal(v1(), resources), HasSubstr("less than the limit"));
}

TEST(CgroupPlan, APathThatLeavesItsPlaceIsRefused) {
  EXPECT_THAT(refusal(v1(), {}, "/a/../../b"), HasSubstr("linux.cgroupsPath"));
  EXPECT_THAT(refusal(v1(), {}, "/"), HasSubstr("linux.cgroupsPath"));
}

TEST(CgroupDevices, RulesComeInOrderAndTheDefaultsAfterThem) {
  spec::Resources resources;
  resources.devices = {{false, "a", std::nullopt, std::nullopt, "rwm"}, {true, "c", 10, 200, "rw"}};
  const auto plan = cgroup::plan(v1(), {"/c", resources, false});
  const auto lines = writes(plan);
  EXPECT_THAT(std::vector<std::string>(lines.begin(), lines.begin() + 5),
              ElementsAre("devices.deny a", "devices.allow c 10:200 rw", "devices.allow c *:* m",
                          "devices.allow b *:* m", "devices.allow c 1:3 rwm"));
  EXPECT_THAT(plan.device_program, IsEmpty());
  const auto modern = cgroup::plan(v2(), {"/c", resources, false});
  EXPECT_THAT(modern.settings, IsEmpty());
  EXPECT_EQ(modern.device_program.size(), lines.size());
}

TEST(CgroupDevices, AnAllThatIsNotAllIsSpelledOut) {
  const auto rules = cgroup::device_rules({{true, "a", 5, std::nullopt, "r"}});
  EXPECT_EQ(cgroup::to_text(rules[0]), "c 5:* r");
  EXPECT_EQ(cgroup::to_text(rules[1]), "b 5:* r");
}

TEST(CgroupDevices, UnknownTypesAndLettersAreRefused) {
  spec::Resources resources;
  resources.devices = {{true, "c", 1, 3, "rx"}};
  EXPECT_THAT(refusal(v1(), resources), HasSubstr("linux.resources.devices[0].access"));
  resources.devices = {{true, "x", 1, 3, "r"}};
  EXPECT_THAT(refusal(v1(), resources), HasSubstr("linux.resources.devices[0].type"));
}

TEST(CgroupPlan, TheDescriptionNamesEveryWrite) {
  const std::string text = cgroup::describe(cgroup::plan(v2(), {"/box", typical(), false}));
  EXPECT_THAT(text, HasSubstr("mkdir /sys/fs/cgroup/box"));
  EXPECT_THAT(text, HasSubstr("write cpu.weight 50 (linux.resources.cpu.shares)"));
}

}  // namespace
