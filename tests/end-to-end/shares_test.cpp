// The course's figure of time sharing: two containers on one processor, with 1024 and 2048 shares, get one third and
// two thirds of it. Reads: cgroups(7), Linux scheduler/sched-design-CFS.rst.
#include <gmock/gmock.h>
#include <sched.h>
#include <unistd.h>

#include <cmath>
#include <thread>

#include "base/sys/file.h"
#include "mini-container/runtime/cgroup/cgroup.h"
#include "tests/support/bundle.h"

namespace {

using testing_bundle::Bundle;

// A container that computes without end, on the first processor that this process may use.
class Competitor {
 public:
  Competitor(const cgroup::Layout& layout, const std::string& name, std::uint64_t shares)
      : bundle_("while :; do :; done") {
    const std::string id = "isolab-shares-" + std::to_string(::getpid()) + "-" + name;
    bundle_.config["linux"]["cgroupsPath"] = "/" + id;
    bundle_.config["linux"]["resources"]["cpu"] = {{"shares", shares}, {"cpus", first_processor()}};
    bundle_.write();
    spec::Resources resources;
    resources.cpu.shares = shares;
    for (const auto& directory : cgroup::plan(layout, {"/" + id, resources, false}).directories) {
      const bool v2 = directory.version == cgroup::Version::v2;
      placements_.push_back({v2 ? "unified" : directory.controllers.front(), directory.path});
    }
    child_ = sys::spawn({testing_bundle::runtime(), "run", "--bundle", bundle_.path(), id});
  }
  ~Competitor() {
    cgroup::Cgroup::open(placements_).kill_all();
    child_.wait();
  }

  // Processor time so far, in nanoseconds; 0 before there is a group.
  double used() const {
    const auto usage = cgroup::Cgroup::open(placements_).usage();
    return usage.cpu ? static_cast<double>(usage.cpu->count()) : 0;
  }

 private:
  static std::string first_processor() {
    cpu_set_t allowed;
    ::sched_getaffinity(0, sizeof allowed, &allowed);
    int processor = 0;
    while (!CPU_ISSET(processor, &allowed))
      ++processor;
    return std::to_string(processor);
  }

  Bundle bundle_;
  std::vector<cgroup::Placement> placements_;
  sys::Child child_;
};

TEST(Shares, OneToTwoGivesAThirdAndTwoThirds) {
  if (const std::string why = testing_bundle::missing(); !why.empty()) GTEST_SKIP() << why;
  const cgroup::Layout layout = cgroup::detect();
  if (layout.find("cpu") == nullptr || layout.find("cpuset") == nullptr) {
    GTEST_SKIP() << "no cpu or cpuset controller to share a processor with";
  }
  const Competitor one(layout, "one", 1024);
  const Competitor two(layout, "two", 2048);
  double share = 0;
  // A busy host may disturb one measurement, and it is the rule that is tested, not the host.
  for (int attempt = 0; attempt < 3; ++attempt) {
    for (int i = 0; i < 200 && (one.used() < 1e7 || two.used() < 1e7); ++i)
      ::usleep(20000);
    const double one_before = one.used();
    const double two_before = two.used();
    std::this_thread::sleep_for(std::chrono::seconds(3 + 2 * attempt));
    const double one_used = one.used() - one_before;
    const double two_used = two.used() - two_before;
    ASSERT_GT(one_used + two_used, 0) << "the groups have no processor time";
    share = one_used / (one_used + two_used);
    if (std::abs(share - 1.0 / 3) < 0.02) break;
  }
  RecordProperty("share of 1024", std::to_string(share));
  EXPECT_NEAR(share, 1.0 / 3, 0.02);
}

}  // namespace
