// What users of Docker and Podman do all day, with mini-runtime below: what they asked for is looked up from inside the
// container or in the kernel's files. Reads: docker-run(1), podman-run(1).
#include <gmock/gmock.h>

#include <fstream>

#include "base/sys/file.h"
#include "tests/end-to-end/engines/engine.h"
#include "tests/end-to-end/engines/view.h"

namespace {

using engines::Arguments;
using engines::eventually;
using testing::HasSubstr;

class Verbs : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::string why;
    engine_ = engines::shared_engine(GetParam(), why);
    if (engine_ == nullptr) GTEST_SKIP() << why;
  }
  void TearDown() override {
    if (engine_ == nullptr) return;
    engine_->call({"unpause", "one"});
    engine_->call({"kill", "-s", "KILL", "one"});  // Podman's rm would wait ten seconds for it to stop
    engine_->call({"rm", "-f", "one"});
  }

  // The verb and the exit code of the engine's client; what it printed is in `out_` and `err_`.
  int call(const Arguments& verb) {
    const auto output = engine_->call(verb);
    out_ = output.text;
    err_ = output.errors;
    return output.status.shell_code();
  }
  // `run --rm` with `options`, of `script`.
  int run(Arguments options, const std::string& script) {
    options.insert(options.begin(), {"run", "--rm"});
    options.insert(options.end(), {"box", "sh", "-c", script});
    return call(options);
  }
  // The container "one" in the background.
  bool start(Arguments options, const std::string& script) {
    options.insert(options.begin(), {"run", "-d", "--name", "one"});
    options.insert(options.end(), {"box", "sh", "-c", script});
    return call(options) == 0;
  }
  std::string inspect(const std::string& format) {
    return call({"inspect", "--format", "{{" + format + "}}", "one"}) == 0 ? out_ : "";
  }

  engines::Engine* engine_ = nullptr;
  std::string out_, err_;
};

TEST_P(Verbs, RunReturnsOutputAndExitCode) {
  EXPECT_EQ(run({}, "echo out; echo err >&2; exit 7"), 7);
  EXPECT_EQ(out_, "out\n");
  EXPECT_EQ(err_, "err\n");
  EXPECT_EQ(call({"run", "--rm", "box", "nosuch"}), 127) << err_;
  EXPECT_EQ(call({"run", "--rm", "box", "/etc/passwd"}), 126) << err_;
}

TEST_P(Verbs, LimitsAreInTheFilesOfTheKernel) {
  EXPECT_EQ(run({"--memory", "64m", "--pids-limit", "33", "--cpus", "0.5"}, engines::kShowLimits), 0) << err_;
  EXPECT_THAT(out_, testing::StartsWith("67108864\n33\n50000")) << err_;
  EXPECT_EQ(run({"--memory", "16m"}, "tail /dev/zero"), 137) << err_;
}

TEST_P(Verbs, PrivilegesAreThoseAskedFor) {
  EXPECT_EQ(run({"--cap-drop", "ALL", "--security-opt", "no-new-privileges"}, "cat /proc/self/status"), 0)
      << err_;
  for (const char* line :
       {"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"})
    EXPECT_THAT(out_, HasSubstr(line));
  EXPECT_EQ(
      run({"--privileged"}, "grep Seccomp: /proc/self/status; mount -t tmpfs none /tmp && echo mounted"), 0)
      << err_;
  EXPECT_THAT(out_, HasSubstr("Seccomp:\t0\nmounted"));
  EXPECT_EQ(run({}, "mount -t tmpfs none /tmp"), 1);
  EXPECT_EQ(run({"--user", "1000:100"}, "id -u; id -g; touch /etc/x"), 1);
  EXPECT_EQ(out_, "1000\n100\n");
  EXPECT_EQ(run({"--read-only", "--tmpfs", "/tmp"}, "touch /tmp/x && echo fine; touch /etc/x"), 1);
  EXPECT_EQ(out_, "fine\n");
  EXPECT_THAT(err_, HasSubstr("Read-only"));
}

TEST_P(Verbs, VolumesDevicesAndSysctlsArrive) {
  const std::string shared = engines::folder() + "/shared";
  sys::mkdir_if_missing(shared);
  EXPECT_EQ(run({"-v", shared + ":/in:ro", "--device", "/dev/kmsg", "--sysctl", "net.ipv4.ip_forward=1",
                 "--oom-score-adj", "100", "--shm-size", "1m", "--hostname", "inner"},
                "cat /proc/sys/net/ipv4/ip_forward /proc/self/oom_score_adj; hostname; test -c /dev/kmsg && "
                "df /dev/shm | grep -c ' 1024 '; touch /in/x"),
            1);
  EXPECT_EQ(out_, "1\n100\ninner\n1\n") << err_;
  EXPECT_THAT(err_, HasSubstr("Read-only"));
}

TEST_P(Verbs, ADetachedContainerIsEnteredListedLoggedStoppedAndRemoved) {
  ASSERT_TRUE(start({}, "trap 'echo bye; exit 4' TERM; echo hello; while :; do sleep 0.05; done")) << err_;
  EXPECT_EQ(call({"exec", "-u", "1000", "-e", "A=b", "one", "sh", "-c", "id -u; echo $A; exit 9"}), 9);
  EXPECT_EQ(out_, "1000\nb\n");
  EXPECT_EQ(call({"exec", "one", "nosuch"}), GetParam() == std::string("docker") ? 126 : 127) << err_;
  EXPECT_EQ(call({"exec", "-d", "one", "sleep", "4711"}), 0) << err_;
  EXPECT_TRUE(eventually([&] {
    return call({"top", "one"}) == 0 && out_.find("sleep 4711") != std::string::npos;
  })) << out_
      << err_;
  EXPECT_EQ(call({"stop", "-t", "5", "one"}), 0) << err_;
  EXPECT_EQ(inspect(".State.ExitCode"), "4\n");
  EXPECT_EQ(call({"logs", "one"}), 0);
  EXPECT_EQ(out_, "hello\nbye\n");
  EXPECT_EQ(call({"rm", "one"}), 0) << err_;
  EXPECT_EQ(inspect(".State.ExitCode"), "");
}

TEST_P(Verbs, AStoppedContainerStartsAgainAndIsKilled) {
  ASSERT_TRUE(start({}, "echo once more; sleep 1000")) << err_;
  EXPECT_EQ(call({"restart", "-t", "0", "one"}), 0) << err_;
  EXPECT_EQ(call({"kill", "-s", "KILL", "one"}), 0) << err_;
  EXPECT_EQ(call({"wait", "one"}), 0);
  EXPECT_EQ(out_, "137\n");
  EXPECT_EQ(call({"logs", "one"}), 0);
  EXPECT_EQ(out_, "once more\nonce more\n");
}

TEST_P(Verbs, APausedContainerStandsStill) {
  ASSERT_TRUE(start({}, "while :; do echo tick; sleep 0.01; done")) << err_;
  ASSERT_EQ(call({"pause", "one"}), 0) << err_;
  EXPECT_EQ(inspect(".State.Status"), "paused\n");
  EXPECT_NE(call({"exec", "one", "true"}), 0);
  call({"logs", "one"});
  const std::string before = out_;
  sys::poll({}, 300);
  call({"logs", "one"});
  EXPECT_EQ(out_, before);
  ASSERT_EQ(call({"unpause", "one"}), 0) << err_;
  EXPECT_TRUE(eventually([&] { return call({"logs", "one"}) == 0 && out_.size() > before.size(); }));
}

TEST_P(Verbs, ATerminalHasTheSizeOfTheCallersAndReadsItsKeyboard) {
  // The size is set after the start.
  const std::string wait = "until [ \"$(stty size 2>&1)\" = '33 77' ]; do sleep 0.05; done; tty";
  const auto ran = engine_->in_terminal({"run", "--rm", "-it", "box", "sh", "-c", wait});
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_THAT(ran.text, HasSubstr("/dev/pts/0"));
  ASSERT_TRUE(start({}, "sleep 1000")) << err_;
  const auto entered = engine_->in_terminal({"exec", "-it", "one", "sh"}, wait + "; exit 5\n");
  EXPECT_EQ(entered.code, 5) << entered.text;
  EXPECT_THAT(entered.text, HasSubstr("/dev/pts/"));
}

TEST_P(Verbs, HealthIsAskedForInside) {
  ASSERT_TRUE(start({"--health-cmd", "test -e /tmp/fine", "--health-interval", "1s", "--health-retries", "1"},
                    "sleep 1000"))
      << err_;
  const auto becomes = [&](const std::string& status) {
    return eventually([&] {
      // Podman leaves the clock to systemd; where there is none, one asks by hand.
      if (GetParam() == std::string("podman")) call({"healthcheck", "run", "one"});
      return inspect(".State.Health.Status") == status + "\n";
    });
  };
  EXPECT_TRUE(becomes("unhealthy")) << out_;
  EXPECT_EQ(call({"exec", "one", "touch", "/tmp/fine"}), 0);
  EXPECT_TRUE(becomes("healthy")) << out_;
}

TEST_P(Verbs, BuildRunsItsSteps) {
  const std::string context = engines::folder() + "/context";
  sys::mkdir_if_missing(context);
  std::ofstream(context + "/Dockerfile")
      << "FROM box\nRUN id -u > /who && echo built >> /who\nCOPY Dockerfile /\n"
         "USER 1000\nCMD [\"sh\", \"-c\", \"cat /who; id -u\"]\n";
  ASSERT_EQ(call({"build", "-t", "built", context}), 0) << out_ << err_;
  EXPECT_EQ(call({"run", "--rm", "built"}), 0) << err_;
  EXPECT_EQ(out_, "0\nbuilt\n1000\n");
}

TEST_P(Verbs, StatsAreThoseOfTheContainer) {
  ASSERT_TRUE(start({}, "sleep 1000")) << err_;
  EXPECT_EQ(call({"stats", "--no-stream", "--format", "{{.PIDs}} {{.MemUsage}}", "one"}), 0) << err_;
  EXPECT_THAT(out_, testing::MatchesRegex("1 [1-9][0-9.]*(kB|KiB) .*\n"));
}

TEST_P(Verbs, UpdateChangesTheLimitsOfWhatRuns) {
  ASSERT_TRUE(start({"--memory", "64m", "--memory-swap", "64m", "--cpus", "1"}, "sleep 1000")) << err_;
  EXPECT_EQ(call({"update", "--memory", "32m", "--memory-swap", "32m", "--cpus", "0.5", "one"}), 0) << err_;
  EXPECT_EQ(call({"exec", "one", "sh", "-c", engines::kShowLimits}), 0) << err_;
  EXPECT_THAT(out_, testing::StartsWith("33554432\n"));
  EXPECT_THAT(out_, HasSubstr("\n50000"));
}

TEST_P(Verbs, TheEnginesNetworkReachesTheContainer) {
  // The engine makes the link in a hook, or joins the container to a namespace that it made before.
  EXPECT_EQ(run({},
                "ip -4 -o addr show eth0 && ping -c 1 -W 5 $(ip route | sed -n 's/default via \\([^ "
                "]*\\).*/\\1/p')"),
            0)
      << out_ << err_;
  EXPECT_EQ(run({"--network", "none"}, "ls /sys/class/net"), 0);
  EXPECT_EQ(out_, "lo\n");
}

INSTANTIATE_TEST_SUITE_P(Engines, Verbs, testing::Values("docker", "podman"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
