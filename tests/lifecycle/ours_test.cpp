// What only mini-runtime promises: its messages, its exit codes, its way back from kill -9.
#include <sched.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <csignal>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

class Ours : public Runtime {
 protected:
  void SetUp() override {
    Runtime::SetUp();
    if (!ours()) GTEST_SKIP() << "only mini-runtime promises this";
  }
};

TEST_F(Ours, ExitCodesAreDockers) {
  Bundle bundle("");
  bundle.config["process"]["args"] = {"/etc"};
  EXPECT_EQ(run(bundle).status.shell_code(), 126);
  bundle.config["process"]["args"] = {"/nowhere"};
  EXPECT_EQ(run(bundle).status.shell_code(), 127);
  bundle.config["process"]["cwd"] = "relative";
  EXPECT_EQ(run(bundle).status.shell_code(), 125);
}

TEST_F(Ours, ARealtimeCallerHearsWhatItsLimitedGroupLacks) {
  if (!sys::exists("/sys/fs/cgroup/cpu/cpu.rt_runtime_us"))
    GTEST_SKIP() << "only version 1, in a kernel with CONFIG_RT_GROUP_SCHED, shares real-time runtime out";
  const sched_param priority{1}, none{0};
  ASSERT_EQ(::sched_setscheduler(0, SCHED_FIFO, &priority), 0);
  Bundle bundle("true");
  bundle.config["linux"]["resources"]["cpu"] = {{"shares", 512}};
  const std::string errors = run(bundle).errors;
  ::sched_setscheduler(0, SCHED_OTHER, &none);
  EXPECT_THAT(errors, HasSubstr("real-time"));
}

TEST_F(Ours, ErrorsNameThePlaceAndGoToTheLogAsJson) {
  Bundle bundle("true");
  bundle.config["linux"]["resources"]["cpu"] = {{"shares", "many"}};
  bundle.write();
  const std::string log = bundle.path() + "/log";
  const auto output = verb({"--log", log, "--log-format=json", "create", "--bundle", bundle.path(), id_});
  const std::string text = "linux.resources.cpu.shares: expected an unsigned integer, got \"many\"";
  EXPECT_EQ(output.errors, "mini-runtime: " + text + "\n");
  const auto line = nlohmann::json::parse(sys::read_file(log));
  EXPECT_EQ(line.at("msg"), text);
  EXPECT_EQ(line.at("level"), "error");
}

TEST_F(Ours, FlagsMayStandBeforeAndAfterTheVerb) {
  const Bundle bundle("true");
  EXPECT_EQ(
      verb({"run", id_, "--bundle", bundle.path(), "--debug", "--log-format", "json"}).status.shell_code(),
      0);
}

TEST_F(Ours, ARuntimeKilledHalfWayLeavesOnlyWhatDeleteFinds) {
  Bundle bundle("true");
  bundle.config["hooks"] = {
      {"createRuntime", {{{"path", "/bin/sh"}, {"args", {"sh", "-c", "kill -9 $PPID; sleep 1"}}}}}};
  bundle.write();
  EXPECT_EQ(verb({"create", "--bundle", bundle.path(), id_}).status.signal, SIGKILL);
  EXPECT_NE(status(), "none");
  EXPECT_EQ(verb({"delete", "--force", id_}).status.shell_code(), 0);
  EXPECT_EQ(status(), "none");
  EXPECT_FALSE(sys::exists("/sys/fs/cgroup/devices/mini-runtime/" + id_));
}

TEST_F(Ours, ExplainNamesEveryChapter) {
  const Bundle bundle("true");
  const auto output = verb({"--explain", "run", "--bundle", bundle.path(), id_});
  for (const char* chapter : {"state directory", "control groups", "new namespaces", "mounts and devices",
                              "pivot into the rootfs", "identity and capabilities", "take down"})
    EXPECT_THAT(output.errors, HasSubstr(chapter));
}

TEST_F(Ours, TheProgramFileOfTheRuntimeIsOutOfReach) {
  // While it runs, writing is refused anyway (ETXTBSY); the mount is what refuses for ever.
  const Bundle bundle("sleep 100");
  ASSERT_EQ(verb({"create", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  const std::string file = "/proc/" + std::to_string(state().at("pid").get<int>()) + "/exe";
  struct statvfs status {};
  ASSERT_EQ(::statvfs(file.c_str(), &status), 0);
  EXPECT_NE(status.f_flag & ST_RDONLY, 0U);
}

}  // namespace
