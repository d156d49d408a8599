// Containers are made and removed eight at a time while processes of every kind that the engine has are killed (SIGKILL) at
// random: command lines, container-monitors, the OCI runtime, mini-registry. Afterwards nothing is left, no command that
// said it went well was wrong, the store is sound, and what containers wrote to their volume is there.
//
//   storm 2000      so many containers; without an argument, as many as the tests have time for

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdio>
#include <memory>

#include "base/text/text.h"
#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/registry_server.h"
#include "tests/end-to-end/storm.h"

namespace {

int containers = 60;

class Storm : public e2e::Containers {
 protected:
  // The volume has all that programs wrote which ended well.
  void expect_written(const std::vector<std::string>& names) const {
    ASSERT_FALSE(names.empty());
    const e2e::Result seen =
        run_container({"--rm", "--network", "none", "-v", "ledger:/ledger", "busybox", "sh", "-c",
                       "cd /ledger && for file in *; do echo $file is $(cat $file); done"});
    for (const std::string& name : names)
      EXPECT_THAT(seen.out, testing::HasSubstr(fmt::format("{0} is {0}\n", name))) << seen.err;
  }
};

TEST_F(Storm, LeavesNothingAndLosesNothing) {
  storm::Plan plan;
  plan.root = root_;
  plan.containers = containers;
  plan.seed = 20260101;
  std::unique_ptr<e2e::RegistryServer> server;
  if (e2e::RegistryServer::installed()) {
    server = std::make_unique<e2e::RegistryServer>(root_ + "/registry");
    plan.registry = server->host();
    ASSERT_EQ(mini({"tag", "busybox", plan.registry + "/box:1"}).code, 0);
    ASSERT_EQ(mini({"push", plan.registry + "/box:1"}).code, 0);
  }
  const storm::Outcome outcome = storm::rage(plan);
  EXPECT_EQ(outcome.ended, containers);
  EXPECT_THAT(outcome.wrong, testing::IsEmpty());
  EXPECT_TRUE(e2e::eventually([&] {
    mini({"ps"});
    return leaks().empty();
  })) << leaks();
  EXPECT_EQ(mini({"ps", "-aq"}).out, "") << mini({"ps", "-a"}).out;
  const e2e::Result check = mini({"system", "check"});
  EXPECT_EQ(check.code, 0) << check.out << check.err;
  expect_written(outcome.written);
  std::printf("%d containers, %d commands failed, killed:", outcome.ended, outcome.failed);
  for (const auto& [name, count] : outcome.kills)
    std::printf(" %s %d", name.c_str(), count);
  std::printf("\n");
  for (const char* kind : {"mini-container", "mini-runtime", "container-monitor"})
    EXPECT_TRUE(outcome.kills.contains(kind)) << kind << " was never hit";
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  if (argc > 1) containers = text::number<int>(argv[1]).value_or(containers);
  return RUN_ALL_TESTS();
}
