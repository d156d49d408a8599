// containerd's shim for runc with mini-runtime as its BinaryName, driven by ctr. Reads: ctr(8), containerd-config.toml(5),
// containerd's runtime/v2/runc/options (BinaryName).
#include <gmock/gmock.h>

#include <fstream>

#include "base/sys/file.h"
#include "tests/end-to-end/engines/engine.h"
#include "tests/end-to-end/engines/view.h"

namespace {

using engines::Arguments;
using engines::eventually;
using testing::HasSubstr;

class Client : public engines::Engine {
 public:
  Client() {
    const std::string home = engines::folder() + "/containerd";
    sys::mkdir_if_missing(home);
    std::ofstream(home + "/config.toml") << "version = 2\nroot = \"" << home << "/root\"\nstate = \"" << home
                                         << "/state\"\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n"
                                         << "[grpc]\naddress = \"" << home << "/socket\"\n"
                                         << "[ttrpc]\naddress = \"" << home << "/ttrpc\"\n";
    address_ = home + "/socket";
    engines::start_daemon({"containerd", "--config", home + "/config.toml"}, home + "/log",
                          command({"version"}));
  }
  Arguments command(const Arguments& verb) const override {
    Arguments all = {"ctr", "--address", address_};
    all.insert(all.end(), verb.begin(), verb.end());
    return all;
  }
  // `run` of a container "one" in the folder with the root file system.
  static Arguments run(const Arguments& options, const std::string& script) {
    Arguments all = {
        "run",   "--runc-binary", engines::runtime(), "--cgroup", "/" + engines::cgroup_parent() + "/one",
        "--env", "PATH=/bin"};
    all.insert(all.end(), options.begin(), options.end());
    all.insert(all.end(), {"--rootfs", engines::root_folder(), "one", "sh", "-c", script});
    return all;
  }

 private:
  std::string address_;
};

class Containerd : public testing::Test {
 protected:
  void SetUp() override {
    const std::string why = engines::missing({"containerd", "containerd-shim-runc-v2", "ctr"});
    if (!why.empty()) GTEST_SKIP() << why;
    static Client client;
    client_ = &client;
  }
  void TearDown() override {
    if (client_ == nullptr) return;
    call({"task", "resume", "one"});
    call({"task", "rm", "-f", "one"});
    call({"container", "rm", "one"});
  }
  int call(const Arguments& verb) {
    const auto output = client_->call(verb);
    out_ = output.text;
    err_ = output.errors;
    return output.status.shell_code();
  }
  bool says(const Arguments& verb, const std::string& text) {
    return call(verb) == 0 && out_.find(text) != std::string::npos;
  }

  Client* client_ = nullptr;
  std::string out_, err_;
};

TEST_F(Containerd, RunReturnsOutputAndExitCode) {
  EXPECT_EQ(call(Client::run({"--rm"}, "echo out; exit 6")), 6) << err_;
  EXPECT_EQ(out_, "out\n");
}

TEST_F(Containerd, WhatIsAskedForHolds) {
  EXPECT_EQ(call(Client::run({"--rm", "--read-only", "--cap-drop", "CAP_CHOWN", "--seccomp"},
                             "grep -E 'CapEff|Seccomp:' /proc/self/status; touch /x")),
            1);
  EXPECT_THAT(out_, testing::MatchesRegex("CapEff:\t[0-9a-f]+[02468ace]\nSeccomp:\t2\n"));
  EXPECT_THAT(err_, HasSubstr("Read-only"));
}

TEST_F(Containerd, MetricsShowTheLimitAndTheUse) {
  ASSERT_EQ(call(Client::run({"-d", "--memory-limit", "67108864"}, "sleep 1000")), 0) << err_;
  EXPECT_TRUE(says({"task", "metrics", "one"}, "67108864")) << out_ << err_;
  EXPECT_THAT(out_, testing::ContainsRegex("pids.current +1"));
}

TEST_F(Containerd, ATaskIsEnteredListedPausedAndKilled) {
  ASSERT_EQ(call(Client::run({"-d"}, "sleep 1000")), 0) << err_;
  EXPECT_EQ(call({"task", "exec", "--exec-id", "e1", "--user", "1000", "one", "sh", "-c", "id -u; exit 3"}),
            3)
      << err_;
  EXPECT_EQ(out_, "1000\n");
  EXPECT_EQ(call({"task", "ps", "one"}), 0) << err_;
  EXPECT_THAT(out_, testing::ContainsRegex("\n[0-9]+ +"));
  ASSERT_EQ(call({"task", "pause", "one"}), 0) << err_;
  EXPECT_TRUE(says({"task", "ls"}, "PAUSED")) << out_;
  ASSERT_EQ(call({"task", "resume", "one"}), 0) << err_;
  EXPECT_TRUE(says({"task", "ls"}, "RUNNING")) << out_;
  ASSERT_EQ(call({"task", "kill", "-s", "KILL", "one"}), 0) << err_;
  EXPECT_TRUE(eventually([&] { return says({"task", "ls"}, "STOPPED"); })) << out_;
}

TEST_F(Containerd, ATerminalIsOne) {
  const auto seen = client_->in_terminal(Client::run({"--rm", "-t"}, "tty; exit 5"));
  EXPECT_EQ(seen.code, 5) << seen.text;
  EXPECT_THAT(seen.text, HasSubstr("/dev/pts/0"));
}

}  // namespace
