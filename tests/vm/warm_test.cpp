// A VM that goes on from a snapshot gives what one that booted gives, shares nothing with its siblings that must not be
// shared, and an unfinished or damaged snapshot is never used.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "tests/vm/vm_fixture.h"
#include "vm-launcher/snapshot/store.h"

namespace {

using testing::HasSubstr;
using vmtest::eventually;

class Warm : public vmtest::Vm {
 protected:
  nlohmann::json timings() const { return nlohmann::json::parse(sys::read_file(path("timings.json"))); }
  vmtest::Result warm(const std::string& script, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--warm", "--timings", path("timings.json")});
    return run(more, {"sh", "-c", script});
  }
  static std::vector<std::string> snapshots() {
    std::vector<std::string> found;
    for (const std::string& name : sys::list_directory(vm::snapshot_home()))
      if (name != "lock") found.push_back(name);
    return found;
  }
  static std::string newest() {
    std::string best;
    timespec time{};
    for (const std::string& name : snapshots()) {
      const std::string folder = vm::snapshot_home() + "/" + name;
      const timespec made = sys::stat(folder).st_mtim;
      if (std::pair(made.tv_sec, made.tv_nsec) <= std::pair(time.tv_sec, time.tv_nsec)) continue;
      time = made;
      best = folder;
    }
    return best;
  }
};

TEST_F(Warm, GivesWhatAColdOneGives) {
  const std::string script = "echo out; echo err >&2; pwd; uname -n; echo $A; id -u; exit 7";
  const std::vector<std::string> options = {"--name", "same", "-e", "A=b", "-w", "/tmp", "-u", "user"};
  std::vector<std::string> cold_options = options;
  cold_options.insert(cold_options.end(), {"--cold", "--timings", path("timings.json")});
  const auto cold = run(cold_options, {"sh", "-c", script});
  EXPECT_EQ(timings().at("start"), "cold");
  EXPECT_EQ(timings().at("start_why"), "--cold");
  const auto result = warm(script, options);
  EXPECT_EQ(timings().at("start"), "warm") << result.error;
  EXPECT_EQ(result.code, 7);
  EXPECT_EQ(result.code, cold.code);
  EXPECT_EQ(result.output, cold.output);
  EXPECT_EQ(result.error, cold.error);
}

TEST_F(Warm, NoTwoShareRandomNumbersIdentityOrAWrongClock) {
  const std::string script =
      "cat /proc/sys/kernel/random/boot_id; head -c 32 /dev/urandom | sha256sum; uname -n; date +%s";
  std::vector<std::vector<std::string>> seen;
  for (int round = 0; round < 2; ++round) {
    const auto result = warm(script);
    ASSERT_EQ(result.code, 0) << result.error;
    seen.emplace_back();
    for (const std::string_view line : text::split(result.output, '\n'))
      seen.back().emplace_back(line);
    ASSERT_GE(seen.back().size(), 4U) << result.output;
    const auto clock = std::strtoll(seen.back()[3].c_str(), nullptr, 10);
    EXPECT_NEAR(static_cast<double>(clock), static_cast<double>(std::time(nullptr)), 3);
  }
  EXPECT_EQ(timings().at("start"), "warm");
  for (int line = 0; line < 3; ++line)
    EXPECT_NE(seen[0][line], seen[1][line]) << line;
}

TEST_F(Warm, WhatARunWritesIsNotInTheNext) {
  ASSERT_EQ(warm("echo secret > /tmp/left; echo $SECRET > /root/left", {"-e", "SECRET=42"}).code, 0);
  EXPECT_EQ(warm("cat /tmp/left /root/left 2>/dev/null; echo \"<$SECRET>\"").output, "<>\n");
}

TEST_F(Warm, ADamagedSnapshotIsMadeAnew) {
  ASSERT_EQ(warm("true").code, 0);
  const std::string state = newest() + "/state";
  sys::write_existing_file(state, "damaged");
  const auto again = warm("echo ok");
  EXPECT_EQ(again.output, "ok\n") << again.error;
  EXPECT_EQ(again.error, "");
  EXPECT_EQ(timings().at("start"), "warm");
}

TEST_F(Warm, AKillWhileItIsSavedLeavesNothingThatIsUsed) {
  sys::Child child = sys::spawn(run_line({"--warm", "--name", "saver"}, {"true"}));
  const auto making = [] {
    const auto all = snapshots();
    return std::any_of(all.begin(), all.end(),
                       [](const std::string& name) { return name.ends_with(".making"); });
  };
  ASSERT_TRUE(eventually(making, 60));
  child.kill(SIGKILL);
  child.wait();
  const auto result = warm("echo ok");
  EXPECT_EQ(result.output, "ok\n") << result.error;
  EXPECT_EQ(listed("saver"), "");
  EXPECT_FALSE(making());
}

TEST_F(Warm, InsistingWhereItCannotBeIsRefusedWithTheReason) {
  const auto result = run({"--warm", "--scratch", "16m"}, {"true"});
  EXPECT_EQ(result.code, 125);
  EXPECT_THAT(result.error, HasSubstr("it has disks"));
}

}  // namespace
