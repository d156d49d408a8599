// The rarer limits against the real kernel: what is written is what the group's file says afterwards.
#include <gmock/gmock.h>

#include "base/sys/file.h"
#include "tests/kernel/cgroups.h"

namespace {

using cgroup_tests::Cgroups;
using testing::HasSubstr;
using testing::IsEmpty;

class Limits : public Cgroups {
 protected:
  void SetUp() override {
    Cgroups::SetUp();
    resources_ = {};
  }
  // The first file of that name in the container's groups; "" if none has it.
  static std::string content(const cgroup::Cgroup& group, const std::string& file) {
    for (const auto& placement : group.placements()) {
      if (const auto text = sys::read_file_if_present(placement.path + "/" + file)) return *text;
    }
    return "";
  }
  // "254:0" of a whole disk; "" without one.
  static std::string disk() {
    for (const std::string& name : sys::list_directory("/sys/block")) {
      const std::string numbers = sys::read_file("/sys/block/" + name + "/dev");
      if (!sys::read_file("/sys/block/" + name + "/size").starts_with("0"))
        return numbers.substr(0, numbers.size() - 1);
    }
    return "";
  }
  std::string error() {
    try {
      cgroup::Cgroup::create(plan());
    } catch (const std::exception& refused) {
      return refused.what();
    }
    return "accepted";
  }
};

TEST_F(Limits, ThrottlesAreWhatTheKernelRemembers) {
  const auto* hierarchy = layout_.find("blkio") != nullptr ? layout_.find("blkio") : layout_.find("io");
  if (hierarchy == nullptr) GTEST_SKIP() << "no block I/O controller";
  const std::string device = disk();
  if (device.empty()) GTEST_SKIP() << "no disk";
  const std::int64_t major = std::stoi(device), minor = std::stoi(device.substr(device.find(':') + 1));
  resources_.block_io.read_bps = {{{major, minor}, 1048576}};
  resources_.block_io.write_iops = {{{major, minor}, 100}};
  const auto group = cgroup::Cgroup::create(plan());
  if (hierarchy->version == cgroup::Version::v1) {
    EXPECT_EQ(content(group, "blkio.throttle.read_bps_device"), device + " 1048576\n");
    EXPECT_EQ(content(group, "blkio.throttle.write_iops_device"), device + " 100\n");
  } else {
    EXPECT_EQ(content(group, "io.max"), device + " rbps=1048576 wbps=max riops=max wiops=100\n");
  }
}

TEST_F(Limits, AThrottleOfNoDeviceIsNamed) {
  if (layout_.find("blkio") == nullptr && layout_.find("io") == nullptr)
    GTEST_SKIP() << "no block I/O controller";
  resources_.block_io.read_bps = {{{4095, 1048575}, 1}};
  EXPECT_THAT(error(), testing::AllOf(HasSubstr("linux.resources.blockIO.throttleReadBpsDevice[0]"),
                                      HasSubstr("no device has that number")));
  EXPECT_THAT(left_over(), IsEmpty());
}

TEST_F(Limits, AWeightIsWrittenWhereverTheKernelHasOne) {
  if (layout_.find("blkio") == nullptr && layout_.find("io") == nullptr)
    GTEST_SKIP() << "no block I/O controller";
  resources_.block_io.weight = 500;
  if (const std::string refused = error(); refused != "accepted") {
    // The file comes with the scheduler.
    EXPECT_THAT(refused,
                testing::AllOf(HasSubstr("linux.resources.blockIO.weight"), HasSubstr("I/O scheduler")));
    EXPECT_THAT(left_over(), IsEmpty());
    GTEST_SKIP() << "no I/O scheduler with weights: " << refused;
  }
  const auto group = cgroup::Cgroup::create(plan());
  const std::string all = content(group, "blkio.weight") + content(group, "blkio.bfq.weight") +
                          content(group, "io.bfq.weight") + content(group, "io.weight");
  EXPECT_THAT(all, testing::AnyOf(HasSubstr("500"), HasSubstr("4950")));
}

TEST_F(Limits, HugePagesAreLimited) {
  if (layout_.find("hugetlb") == nullptr) GTEST_SKIP() << "no hugetlb controller";
  if (!sys::exists("/sys/kernel/mm/hugepages/hugepages-2048kB")) GTEST_SKIP() << "no huge pages of 2 MB";
  resources_.hugepages = {{"2MB", 4194304}};
  const auto group = cgroup::Cgroup::create(plan());
  EXPECT_EQ(content(group, "hugetlb.2MB.max") + content(group, "hugetlb.2MB.limit_in_bytes"), "4194304\n");
}

TEST_F(Limits, AFileOfV2CanBeWrittenByItsName) {
  if (layout_.unified() == nullptr || !layout_.unified()->has("hugetlb"))
    GTEST_SKIP() << "no hugetlb on cgroup v2";
  resources_.unified = {{"hugetlb.2MB.max", "2097152"}, {"cgroup.max.descendants", "7"}};
  const auto group = cgroup::Cgroup::create(plan());
  EXPECT_EQ(content(group, "hugetlb.2MB.max"), "2097152\n");
  EXPECT_EQ(content(group, "cgroup.max.descendants"), "7\n");
}

TEST_F(Limits, BurstAndIdleAreWhatTheKernelRemembers) {
  const auto* cpu = layout_.find("cpu");
  if (cpu == nullptr) GTEST_SKIP() << "no cpu controller";
  const bool v1 = cpu->version == cgroup::Version::v1;
  resources_.cpu.period = 100000;
  resources_.cpu.quota = 50000;
  resources_.cpu.burst = 20000;
  resources_.cpu.idle = 1;
  const auto group = cgroup::Cgroup::create(plan());
  EXPECT_EQ(content(group, v1 ? "cpu.cfs_burst_us" : "cpu.max.burst"), "20000\n");
  EXPECT_EQ(content(group, "cpu.idle"), "1\n");
}

TEST_F(Limits, SwappinessAndOomControlAreOfV1) {
  const auto* memory = layout_.find("memory");
  if (memory == nullptr || memory->version != cgroup::Version::v1)
    GTEST_SKIP() << "no memory controller on v1";
  resources_.memory.limit = 64 << 20;
  resources_.memory.swappiness = 10;
  resources_.memory.disable_oom_killer = true;
  resources_.memory.use_hierarchy = true;
  const auto group = cgroup::Cgroup::create(plan());
  EXPECT_EQ(content(group, "memory.swappiness"), "10\n");
  EXPECT_THAT(content(group, "memory.oom_control"), HasSubstr("oom_kill_disable 1"));
}

}  // namespace
