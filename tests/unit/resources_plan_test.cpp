// The rarer limits without a kernel: block I/O, huge pages, network, RDMA, and the files of both versions for each.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "mini-container/runtime/cgroup/plan.h"
#include "mini-container/runtime/spec/invalid.h"

namespace {

using cgroup::Layout;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Layout v1(const std::vector<std::string>& controllers) {
  std::string mounts;
  for (const std::string& name : controllers)
    mounts += fmt::format("32 31 0:29 / /sys/fs/cgroup/{0} rw - cgroup cgroup rw,{0}\n", name);
  return cgroup::parse_layout(mounts, "", "");
}
Layout v2(const std::string& controllers) {
  return cgroup::parse_layout("30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/\n", controllers);
}

// "FILE VALUE", and " | FILE VALUE" for what is written where the kernel lacks the first.
std::vector<std::string> writes(const Layout& layout, const spec::Resources& resources) {
  std::vector<std::string> result;
  for (const auto& setting : cgroup::plan(layout, {"/box", resources, false}).settings) {
    const auto& other = setting.otherwise;
    result.push_back(setting.file + " " + setting.value +
                     (other.file.empty() ? "" : " | " + other.file + " " + other.value));
  }
  return result;
}
std::string refusal(const Layout& layout, const spec::Resources& resources) {
  try {
    cgroup::plan(layout, {"/box", resources, false});
  } catch (const spec::Invalid& error) {
    return error.what();
  }
  return "accepted";
}

spec::Resources with_block_io() {
  spec::Resources resources;
  resources.block_io.weight = 500;
  resources.block_io.weight_device = {{{8, 0}, 10, std::nullopt}};
  resources.block_io.read_bps = {{{8, 0}, 1000}};
  resources.block_io.write_bps = {{{8, 16}, 0}};
  resources.block_io.read_iops = {{{8, 0}, 30}};
  resources.block_io.write_iops = {{{8, 0}, 40}};
  return resources;
}

TEST(BlockIoPlan, V1HasOneFileEachAndBfqAnotherName) {
  EXPECT_THAT(
      writes(v1({"blkio"}), with_block_io()),
      ElementsAre("blkio.weight 500 | blkio.bfq.weight 500",
                  "blkio.weight_device 8:0 10 | blkio.bfq.weight_device 8:0 10",
                  "blkio.throttle.read_bps_device 8:0 1000", "blkio.throttle.write_bps_device 8:16 0",
                  "blkio.throttle.read_iops_device 8:0 30", "blkio.throttle.write_iops_device 8:0 40"));
}

TEST(BlockIoPlan, V2HasOneFileForAllThrottlesAndALongerScaleOfWeights) {
  EXPECT_THAT(writes(v2("io"), with_block_io()),
              ElementsAre("io.bfq.weight 500 | io.weight default 4950",
                          "io.bfq.weight 8:0 10 | io.weight 8:0 1", "io.max 8:0 rbps=1000",
                          "io.max 8:16 wbps=max", "io.max 8:0 riops=30", "io.max 8:0 wiops=40"));
  spec::Resources most;
  most.block_io.weight = 1000;
  EXPECT_THAT(writes(v2("io"), most), ElementsAre("io.bfq.weight 1000 | io.weight default 10000"));
}

TEST(BlockIoPlan, LeafWeightsAreOfV1Only) {
  spec::Resources resources;
  resources.block_io.leaf_weight = 20;
  resources.block_io.weight_device = {{{8, 0}, std::nullopt, 30}};
  EXPECT_THAT(writes(v1({"blkio"}), resources),
              ElementsAre("blkio.leaf_weight 20", "blkio.leaf_weight_device 8:0 30"));
  EXPECT_THAT(refusal(v2("io"), resources),
              HasSubstr("linux.resources.blockIO.leafWeight: cgroup v2 has no"));
}

TEST(BlockIoPlan, ZeroWeightsAskForNothing) {
  spec::Resources resources;
  resources.block_io.weight = 0;
  EXPECT_THAT(writes(v2(""), resources), IsEmpty());
}

TEST(HugepagePlan, TheFileIsNamedAfterTheSize) {
  spec::Resources resources;
  resources.hugepages = {{"2MB", 4194304}, {"1GB", 0}};
  EXPECT_THAT(writes(v1({"hugetlb"}), resources),
              ElementsAre("hugetlb.2MB.limit_in_bytes 4194304", "hugetlb.1GB.limit_in_bytes 0"));
  EXPECT_THAT(writes(v2("hugetlb"), resources), ElementsAre("hugetlb.2MB.max 4194304", "hugetlb.1GB.max 0"));
}

TEST(NetworkPlan, IsOfV1Only) {
  spec::Resources resources;
  resources.network.class_id = 1048577;
  resources.network.priorities = {{"eth0", 5}};
  EXPECT_THAT(writes(v1({"net_cls", "net_prio"}), resources),
              ElementsAre("net_cls.classid 1048577", "net_prio.ifpriomap eth0 5"));
  EXPECT_THAT(refusal(v2("io"), resources),
              AllOf(HasSubstr("linux.resources.network.classID"), HasSubstr("no net_cls cgroup controller")));
}

TEST(RdmaPlan, IsTheSameOnBoth) {
  spec::Resources resources;
  resources.rdma = {{"mlx5_1", {3, 10000}}, {"mlx4_0", {std::nullopt, 5}}};
  for (const Layout& layout : {v1({"rdma"}), v2("rdma")}) {
    EXPECT_THAT(writes(layout, resources),
                ElementsAre("rdma.max mlx4_0 hca_object=5", "rdma.max mlx5_1 hca_handle=3 hca_object=10000"));
  }
}

TEST(ResourcesPlan, EveryMissingControllerIsNamedWithItsMember) {
  const Layout none = v1({"freezer"});
  spec::Resources resources;
  resources.hugepages = {{"2MB", 0}};
  EXPECT_THAT(refusal(none, resources),
              AllOf(HasSubstr("linux.resources.hugepageLimits[0]"), HasSubstr("hugetlb")));
  resources = {};
  resources.rdma = {{"mlx5_1", {1, 1}}};
  EXPECT_THAT(refusal(none, resources),
              AllOf(HasSubstr("linux.resources.rdma.mlx5_1"), HasSubstr("rdma cgroup")));
  EXPECT_THAT(refusal(none, with_block_io()), AllOf(HasSubstr("blockIO.weight"), HasSubstr("no blkio")));
  resources = {};
  resources.cpu.idle = 1;
  EXPECT_THAT(refusal(none, resources), AllOf(HasSubstr("linux.resources.cpu.idle"), HasSubstr("no cpu")));
  resources = {};
  resources.memory.swappiness = 1;
  EXPECT_THAT(refusal(none, resources),
              AllOf(HasSubstr("linux.resources.memory.swappiness"), HasSubstr("no memory")));
}

TEST(ResourcesPlan, BurstIdleAndRealtimeHaveTheirFiles) {
  spec::Resources resources;
  resources.cpu.quota = 1000;
  resources.cpu.burst = 500;
  resources.cpu.idle = 1;
  EXPECT_THAT(writes(v1({"cpu"}), resources),
              ElementsAre("cpu.cfs_quota_us 1000", "cpu.cfs_burst_us 500", "cpu.idle 1"));
  EXPECT_THAT(writes(v2("cpu"), resources), ElementsAre("cpu.max 1000", "cpu.max.burst 500", "cpu.idle 1"));
  resources = {};
  resources.cpu.realtime_period = 1000000;
  resources.cpu.realtime_runtime = 950000;
  EXPECT_THAT(writes(v1({"cpu"}), resources),
              ElementsAre("cpu.rt_period_us 1000000", "cpu.rt_runtime_us 950000"));
  EXPECT_THAT(refusal(v2("cpu"), resources), HasSubstr("linux.resources.cpu.realtimePeriod"));
}

TEST(ResourcesPlan, MemoryIsCountedHierarchicallyBeforeItIsLimited) {
  spec::Resources resources;
  resources.memory.limit = 100;
  resources.memory.use_hierarchy = true;
  resources.memory.disable_oom_killer = true;
  EXPECT_THAT(writes(v1({"memory"}), resources),
              ElementsAre("memory.use_hierarchy 1", "memory.limit_in_bytes 100", "memory.oom_control 1"));
  resources.memory.disable_oom_killer = false;
  EXPECT_THAT(writes(v2("memory"), resources), ElementsAre("memory.max 100"));
}

TEST(ResourcesPlan, ALimitBelowWhatIsInUseIsRefusedWhereThatIsAskedFor) {
  spec::MemoryResources memory;
  memory.limit = 100;
  EXPECT_NO_THROW(cgroup::check_before_update(memory, 200));
  memory.check_before_update = true;
  EXPECT_THROW(cgroup::check_before_update(memory, 200), spec::Invalid);
  EXPECT_NO_THROW(cgroup::check_before_update(memory, 100));
  EXPECT_NO_THROW(cgroup::check_before_update(memory, std::nullopt));
  memory.limit = -1;
  EXPECT_NO_THROW(cgroup::check_before_update(memory, 200));
}

}  // namespace
