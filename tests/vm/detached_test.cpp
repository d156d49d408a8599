// VMs that run detached: their life from `run -d` to `rm`, and what is seen of them when somebody is killed.
// One boot serves many expectations: emulated, a boot is the expensive part.
#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "tests/vm/detached_fixture.h"

namespace {

using testing::HasSubstr;
using testing::Not;
using vmtest::eventually;
using vmtest::VmDetached;

TEST_F(VmDetached, LivesUntilItIsStoppedAndTellsHowItEnded) {
  start({"-e", "GREETING=hello"},
        {"sh", "-c", "trap 'exit 7' TERM; echo oops >&2; echo $GREETING; sleep 300 & wait"});
  EXPECT_EQ(state().at("status"), "running");
  EXPECT_TRUE(eventually([&] { return verb({"logs", name_}).output == "hello\n"; }));
  EXPECT_EQ(verb({"logs", name_}).error, "oops\n");
  EXPECT_THAT(verb({"logs", "--serial", name_}).output, HasSubstr("guest-init: up after"));
  EXPECT_THAT(verb({"rm", name_}).error, HasSubstr("is running"));
  EXPECT_THAT(verb({"ls", "-q"}).output, HasSubstr(name_));

  EXPECT_EQ(verb({"stop", "-t", "20", name_}).output, name_ + "\n");
  EXPECT_THAT(verb({"ls", "-q"}).output, Not(HasSubstr(name_)));
  EXPECT_EQ(state().at("status"), "exited");
  EXPECT_EQ(state().at("exit_code"), 7);
  EXPECT_THAT(verb({"exec", name_, "true"}).error, HasSubstr("is not running"));

  ASSERT_EQ(verb({"restart", name_}).code, 0);
  EXPECT_EQ(state().at("status"), "running");
  EXPECT_TRUE(eventually([&] { return verb({"logs", name_}).output == "hello\nhello\n"; }));
  EXPECT_EQ(verb({"kill", "-s", "TERM", name_}).code, 0);
  EXPECT_EQ(verb({"logs", "-f", name_}).output, "hello\nhello\n") << "returns with the VM's end";
  EXPECT_EQ(state().at("exit_code"), 7);
  ASSERT_EQ(verb({"start", name_}).code, 0);
  EXPECT_EQ(verb({"kill", name_}).code, 0);
  EXPECT_EQ(state().at("exit_code"), 128 + SIGKILL);
  EXPECT_EQ(verb({"rm", name_}).code, 0);
  EXPECT_THAT(verb({"inspect", name_}).error, HasSubstr("No such VM: " + name_));
  EXPECT_FALSE(sys::exists(folder()));
}

TEST_F(VmDetached, WhoseSupervisorWasKilledIsCleanedUpByTheNextCommand) {
  start({}, {"sleep", "300"});
  const pid_t qemu = state().at("qemu").at("pid");
  sys::kill_if_present(state().at("launcher").at("pid"), SIGKILL);
  EXPECT_TRUE(eventually([&] { return state().at("status") == "exited"; }));
  EXPECT_EQ(state().at("exit_code"), 128 + SIGKILL);
  EXPECT_THAT(state().at("trouble"), HasSubstr("supervisor was killed"));
  EXPECT_TRUE(eventually([&] { return !sys::start_time(qemu) || sys::process_state(qemu) == 'Z'; }));
  for (const char* gone : {"control", "console.qemu", "agent.qemu", "lv"})
    EXPECT_FALSE(sys::exists(folder() + "/" + gone)) << gone;
}

TEST_F(VmDetached, WhoseQemuWasKilledHasEnded) {
  start({"--rm"}, {"sleep", "300"});
  sys::kill_if_present(state().at("qemu").at("pid"), SIGKILL);
  EXPECT_TRUE(eventually([&] { return !sys::exists(folder()); })) << "--rm keeps nothing";
}

TEST_F(VmDetached, ThatCannotStartSaysWhyToWhoStartsIt) {
  const auto missing = run({"-d", "--name", name_}, {"nosuch"});
  EXPECT_EQ(missing.code, 127);
  EXPECT_THAT(missing.error, HasSubstr("nosuch: not found in the guest"));
  EXPECT_EQ(state().at("status"), "exited");
  EXPECT_EQ(state().at("exit_code"), 127);
  EXPECT_EQ(run({"-d", "--name", name_}, {"true"}).code, 125) << "the name is taken";
  EXPECT_THAT(verb({"prune"}).output, HasSubstr(name_));
  EXPECT_FALSE(sys::exists(folder()));
}

TEST_F(VmDetached, StandsStillWhilePausedAndIsShownFromOutside) {
  start({"--profile", "devices"}, {"sleep", "300"});
  EXPECT_THAT(verb({"top", name_}).output, HasSubstr("sleep 300"));
  const auto stats = verb({"stats", "--no-stream", name_});
  EXPECT_THAT(stats.output, testing::ContainsRegex(name_ + " +[0-9.]+% +[0-9.]+ MiB +[0-9.]+ MiB"));
  EXPECT_THAT(verb({"inspect", "--xml", name_}).output, HasSubstr("<name>vm</name>"));
  EXPECT_THAT(verb({"inspect", "--qemu", name_}).output, HasSubstr("-machine microvm"));
  const auto view = nlohmann::json::parse(verb({"inspect", name_}).output).at(0);
  EXPECT_EQ(view.at("State").at("Running"), true);
  EXPECT_EQ(view.at("Machine").at("Start"), "cold");
  EXPECT_THAT(view.at("Machine").at("StartWhy"), HasSubstr("--warm saves such a VM too"));
  EXPECT_THAT(verb({"ls"}).output, testing::ContainsRegex(name_ + " .* tcg +cold "));
  EXPECT_EQ(view.at("Config").at("command"), nlohmann::json({"sleep", "300"}));

  EXPECT_EQ(verb({"pause", name_}).code, 0);
  EXPECT_EQ(state().at("status"), "paused");
  EXPECT_THAT(verb({"pause", name_}).error, HasSubstr("already paused"));
  EXPECT_THAT(verb({"stats", "--no-stream", name_}).output, HasSubstr("unavailable"));
  EXPECT_EQ(verb({"resume", name_}).code, 0);
  // Its clock is the host's again.
  const auto clock = verb({"exec", name_, "date", "+%s"});
  EXPECT_NEAR(std::stod("0" + clock.output), static_cast<double>(std::time(nullptr)), 3) << clock.error;
}

TEST_F(VmDetached, IsReachedThroughAPublishedPort) {
  const std::string port = std::to_string(20000 + ::getpid() % 20000);
  start({"-p", "127.0.0.1:" + port + ":80"},
        {"sh", "-c", "while :; do echo from the guest | busybox nc -l -p 80; done"});
  EXPECT_THAT(state().at("ports"), testing::ElementsAre("127.0.0.1:" + port + "->80/tcp"));
  std::string answer;
  EXPECT_TRUE(eventually([&] {
    answer = vmtest::run_program({"busybox", "timeout", "2", "busybox", "nc", "127.0.0.1", port}).output;
    return answer == "from the guest\n";
  })) << answer;
  EXPECT_THAT(verb({"exec", name_, "cat", "/etc/resolv.conf"}).output, HasSubstr("nameserver 10.0.2.3"));
  const auto taken = run({"-p", "127.0.0.1:" + port + ":80"}, {"true"});
  EXPECT_EQ(taken.code, 125);
  EXPECT_THAT(taken.error, HasSubstr("host forwarding rule"));
  EXPECT_EQ(run({"--profile", "tiny", "-p", port + ":80"}, {"true"}).code, 125);
}

}  // namespace
