// What a program finds of itself in a container, by default and with --privileged: the same under Docker and under
// mini-container. Reads: proc(5) (status), docker-run(1).
#include <gmock/gmock.h>

#include "base/sys/file.h"
#include "tests/end-to-end/engines/engine.h"
#include "tests/end-to-end/engines/view.h"

namespace {

using engines::Arguments;
using testing_bundle::Output;

// Docker 20.10 ends its list of capabilities at AUDIT_READ (37): the newer PERFMON, BPF and CHECKPOINT_RESTORE it cannot give.
constexpr char kStatus[] =
    "grep '^Cap' /proc/self/status | while read name mask; do echo $name $((0x$mask & 0x3fffffffff)); done; "
    "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status; "
    "for file in /proc/kcore /proc/keys /proc/timer_list /sys/firmware; do "
    "grep -q \" $file \" /proc/mounts && echo $file hidden; done; "
    "for file in /proc/sys /proc/bus /proc/irq /sys; do awk -v f=$file '$2 == f {print f, substr($4, 1, 2)}' "
    "/proc/mounts; done; "
    "test -c /dev/kmsg && echo devices of the host; mount -t tmpfs none /tmp 2>&1 && echo may mount";

class PrivilegedStatus : public testing::Test {
 protected:
  void SetUp() override {
    std::string why;
    docker_ = engines::shared_engine("docker", why);
    if (docker_ == nullptr) GTEST_SKIP() << why;
    sys::mkdir_if_missing(engines::folder() + "/mini");
    mini({"import", engines::root_tar(), "box"});
  }
  void TearDown() override {
    if (docker_ != nullptr) mini({"reset", "-f"});
  }
  static std::string mini(Arguments verb) {
    verb.insert(verb.begin(), {ISOLAB_BIN "/mini-container", "--root", engines::folder() + "/mini"});
    const Output output = testing_bundle::run_program(verb);
    EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
    return output.text;
  }
  static Arguments run(const Arguments& flags) {
    Arguments all = {"run", "--rm", "--network", "none"};
    all.insert(all.end(), flags.begin(), flags.end());
    all.insert(all.end(), {"box", "sh", "-c", std::string(kStatus) + " || true"});
    return all;
  }
  engines::Engine* docker_ = nullptr;
};

TEST_F(PrivilegedStatus, IsTheOneThatDockerGives) {
  for (const Arguments& flags : {Arguments{}, Arguments{"--privileged"}, Arguments{"--cap-drop", "ALL"}}) {
    const Output theirs = docker_->call(run(flags));
    ASSERT_EQ(theirs.status.shell_code(), 0) << theirs.errors;
    EXPECT_NE(theirs.text.find("CapEff"), std::string::npos);
    EXPECT_EQ(mini(run(flags)), theirs.text) << testing::PrintToString(flags);
  }
}

}  // namespace
