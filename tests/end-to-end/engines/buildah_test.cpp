// buildah builds images in containers of mini-runtime, step by step and from a Dockerfile. Reads: buildah-run(1),
// buildah-build(1), containers-storage.conf(5).
#include <gmock/gmock.h>

#include <fstream>

#include "base/sys/file.h"
#include "tests/end-to-end/engines/engine.h"
#include "tests/end-to-end/engines/view.h"

namespace {

using engines::Arguments;
using testing::HasSubstr;

class Client : public engines::Engine {
 public:
  Arguments command(const Arguments& verb) const override {
    const std::string store = engines::folder() + "/buildah";
    Arguments all = {"buildah", "--root", store, "--runroot", store + "-run", verb.front()};
    if (verb.front() == "run" || verb.front() == "build")
      all.insert(all.end(), {"--runtime", engines::runtime()});
    if (verb.front() == "build")
      all.insert(all.end(), {"--cgroup-parent", "/" + engines::cgroup_parent() + "/build"});
    all.insert(all.end(), verb.begin() + 1, verb.end());
    return all;
  }
};

class Buildah : public testing::Test {
 protected:
  void SetUp() override {
    const std::string why = engines::missing({"buildah"});
    if (!why.empty()) GTEST_SKIP() << why;
    ASSERT_EQ(call({"from", "--name", "box", "scratch"}), 0) << err_;
    ASSERT_EQ(call({"add", "box", engines::root_tar(), "/"}), 0) << err_;
  }
  void TearDown() override { client_.call({"rm", "box"}); }
  int call(const Arguments& verb) {
    const auto output = client_.call(verb);
    out_ = output.text;
    err_ = output.errors;
    return output.status.shell_code();
  }
  int run(Arguments options, const std::string& script) {
    options.insert(options.begin(), "run");
    options.insert(options.end(), {"box", "sh", "-c", script});
    return call(options);
  }

  Client client_;
  std::string out_, err_;
};

TEST_F(Buildah, AStepRunsAsAskedAndReturnsItsExitCode) {
  EXPECT_EQ(run({}, "echo out; exit 5"), 5) << err_;
  EXPECT_EQ(out_, "out\n");
  EXPECT_EQ(
      run({"--user", "1000:100", "--cap-drop", "CAP_CHOWN"}, "id -u; id -g; grep CapBnd /proc/self/status"),
      0);
  EXPECT_THAT(out_, testing::MatchesRegex("1000\n100\nCapBnd:\t[0-9a-f]+[02468ace]\n"));
  EXPECT_EQ(run({"-v", engines::folder() + ":/in:ro"}, "ls /in/root.tar; touch /in/x"), 1);
  EXPECT_EQ(out_, "/in/root.tar\n");
  EXPECT_THAT(err_, HasSubstr("Read-only"));
  EXPECT_NE(call({"run", "box", "nosuch"}), 0);
  EXPECT_THAT(err_, HasSubstr("executable file not found"));
}

TEST_F(Buildah, WhatAStepWritesIsInTheImageOfTheNext) {
  ASSERT_EQ(run({}, "echo kept > /file"), 0) << err_;
  ASSERT_EQ(call({"commit", "box", "base"}), 0) << err_;
  const std::string context = engines::folder() + "/context";
  sys::mkdir_if_missing(context);
  std::ofstream(context + "/Dockerfile") << "FROM localhost/base\nRUN cat /file > /copy && id -u >> /copy\n";
  ASSERT_EQ(call({"build", "--ulimit", "nofile=1024:1024", "-t", "built", context}), 0) << out_ << err_;
  ASSERT_EQ(call({"from", "--name", "second", "built"}), 0) << err_;
  EXPECT_EQ(call({"run", "second", "cat", "/copy"}), 0) << err_;
  EXPECT_EQ(out_, "kept\n0\n");
  call({"rm", "second"});
}

TEST_F(Buildah, ATerminalIsOne) {
  const auto seen = client_.in_terminal({"run", "-t", "box", "tty"});
  EXPECT_EQ(seen.code, 0) << seen.text;
  EXPECT_THAT(seen.text, HasSubstr("/dev/pts/0"));
}

}  // namespace
