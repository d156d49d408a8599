// Health checks: who runs the command, what its exit codes make of the container, and where that is seen.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class HealthChecked : public e2e::Containers {
 protected:
  std::string health(const std::string& name, const std::string& member = "Status") const {
    return mini({"inspect", "-f", "{{.State.Health." + member + "}}", name}).out;
  }
  bool becomes(const std::string& name, const std::string& status) const {
    return e2e::eventually([&] { return health(name) == status + "\n"; });
  }
  std::string events(const std::string& name, const std::string& event) const {
    return mini({"events", "--since", "1h", "--until", "0s", "-f", "container=" + name, "-f",
                 "event=" + event, "--format", "{{.Action}}"})
        .out;
  }
};

TEST_F(HealthChecked, FollowsWhatTheCommandSays) {
  detached({"--name", "web", "--network", "none", "--health-cmd", "echo asked; test -e /good",
            "--health-interval", "100ms", "--health-retries", "2", "busybox", "sleep", "1000"});
  EXPECT_THAT(mini({"ps"}).out, HasSubstr("(health: starting)"));
  EXPECT_TRUE(becomes("web", "unhealthy"));
  EXPECT_THAT(mini({"ps"}).out, ContainsRegex("Up .* \\(unhealthy\\)"));
  mini({"exec", "web", "touch", "/good"});
  EXPECT_TRUE(becomes("web", "healthy"));
  EXPECT_EQ(health("web", "FailingStreak"), "0\n");
  EXPECT_THAT(mini({"ps", "-f", "health=healthy"}).out, ContainsRegex("Up .* \\(healthy\\)"));
  EXPECT_THAT(mini({"ps", "-f", "health=unhealthy"}).out, Not(HasSubstr("web")));
  const auto log = inspect("web")["State"]["Health"]["Log"];
  EXPECT_LE(log.size(), 5U);
  EXPECT_EQ(log.back()["ExitCode"], 0);
  EXPECT_EQ(log.back()["Output"], "asked\n");
  EXPECT_LT(log.back()["Start"].get<std::string>(), log.back()["End"].get<std::string>());
  EXPECT_EQ(events("web", "health_status"), "health_status: unhealthy\nhealth_status: healthy\n");
  EXPECT_THAT(events("web", "exec_create"), HasSubstr("exec_create: /bin/sh -c echo asked; test -e /good\n"));
  EXPECT_EQ(mini({"stop", "-t", "0", "web"}).code, 0);
  EXPECT_EQ(health("web"), "unhealthy\n") << "nobody answers";
  mini({"start", "web"});
  EXPECT_TRUE(becomes("web", "healthy"));
  EXPECT_EQ(mini({"rm", "-f", "web"}).code, 0);
  EXPECT_EQ(leaks(), "");
}

// A command that takes a minute to be asked again would stay "starting" for as long.
TEST_F(HealthChecked, IsAskedMoreOftenInTheStartPeriodUntilItAnswers) {
  detached({"--name", "slow", "--network", "none", "--health-cmd", "echo x >>/asked; test -e /good",
            "--health-interval", "1h", "--health-start-period", "1m", "--health-start-interval", "50ms",
            "busybox", "sleep", "1000"});
  const auto asked = [&] { return mini({"exec", "slow", "sh", "-c", "wc -l </asked"}).out; };
  EXPECT_TRUE(e2e::eventually([&] { return std::atoi(asked().c_str()) > 2; }));
  EXPECT_EQ(health("slow"), "starting\n");
  mini({"exec", "slow", "touch", "/good"});
  EXPECT_TRUE(becomes("slow", "healthy"));
  ::usleep(100'000);
  const std::string last = asked();
  ::usleep(300'000);
  EXPECT_EQ(asked(), last) << "from the first good answer on it is the usual interval";
}

TEST_F(HealthChecked, KillsWhatTakesTooLong) {
  detached({"--name", "slow", "--network", "none", "--health-cmd", "echo waits; sleep 100; true",
            "--health-interval", "50ms", "--health-timeout", "300ms", "--health-retries", "1", "busybox",
            "sleep", "1000"});
  EXPECT_TRUE(becomes("slow", "unhealthy"));
  const auto last = inspect("slow")["State"]["Health"]["Log"].back();
  EXPECT_EQ(last["ExitCode"], -1);
  EXPECT_EQ(last["Output"], "Health check exceeded timeout (0.3s): waits\n");
  mini({"pause", "slow"});
  ::usleep(600'000);
  const std::string before = health("slow", "FailingStreak");
  ::usleep(400'000);
  EXPECT_EQ(health("slow", "FailingStreak"), before) << "what is frozen is not asked";
  mini({"unpause", "slow"});
  EXPECT_TRUE(e2e::eventually([&] { return health("slow", "FailingStreak") != before; }));
  // At most the one that is asked now: those before were killed with their children.
  std::istringstream lines(mini({"top", "slow", "-o", "pid,args"}).out);
  int waiting = 0;
  for (std::string line; std::getline(lines, line);)
    waiting += line.ends_with(" sleep 100") ? 1 : 0;
  EXPECT_LE(waiting, 1);
}

TEST_F(HealthChecked, TheImageMaySayWhatIsAsked) {
  run_container({"--name", "maker", "--network", "none", "busybox", "true"});
  EXPECT_EQ(mini({"commit", "-c", "HEALTHCHECK --interval=100ms CMD [\"true\"]", "maker", "checked"}).code,
            0);
  EXPECT_EQ(mini({"image", "inspect", "-f", "{{json .Config.Healthcheck}}", "checked"}).out,
            "{\"Test\":[\"CMD\",\"true\"],\"Interval\":100000000}\n");
  detached({"--name", "images", "--network", "none", "checked", "sleep", "1000"});
  EXPECT_TRUE(becomes("images", "healthy"));
  detached({"--name", "other", "--network", "none", "--health-cmd", "false", "--health-retries", "1",
            "checked", "sleep", "1000"});
  EXPECT_TRUE(becomes("other", "unhealthy")) << "the command is another, the interval the image's";
  detached({"--name", "none", "--network", "none", "--no-healthcheck", "checked", "sleep", "1000"});
  EXPECT_EQ(mini({"inspect", "-f", "{{json .Config.Healthcheck.Test}}", "none"}).out, "[\"NONE\"]\n");
  EXPECT_FALSE(inspect("none")["State"].contains("Health"));
  EXPECT_EQ(mini({"ps", "-f", "health=none", "--format", "{{.Names}}"}).out, "none\n");
}

TEST_F(HealthChecked, OneInTheForegroundIsAskedToo) {
  const Result result = run_container({"--rm", "--name", "front", "--network", "none", "--health-cmd",
                                       "touch /asked", "--health-interval", "50ms", "busybox", "sh", "-c",
                                       "while ! test -e /asked; do sleep 0.02; done; echo seen"});
  EXPECT_EQ(result.out, "seen\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(leaks(), "");
}

TEST_F(HealthChecked, AProbeUnderWayKeepsNoContainerFromItsEnd) {
  const std::string id = detached({"--name", "ends", "--network", "none", "--health-cmd", "sleep 100",
                                   "--health-interval", "10ms", "busybox", "sleep", "1000"});
  EXPECT_TRUE(e2e::eventually([&] { return !events("ends", "exec_start").empty(); }));
  EXPECT_EQ(mini({"kill", "ends"}).code, 0);
  EXPECT_EQ(mini({"wait", "ends"}).out, "137\n");
  EXPECT_EQ(leaks(), "");
  mini({"start", "ends"});
  EXPECT_EQ(e2e::run({"pkill", "-KILL", "-f", "container-monitor id=" + id}).code, 0);
  EXPECT_TRUE(e2e::eventually([&] { return !leaks().empty(); }));
  mini({"ps"});
  EXPECT_EQ(leaks(), "");
}

// The sum of these lines of smaps_rollup (proc_pid_smaps(5)) of a container's guardian.
long private_kilobytes(const std::string& id, const std::vector<std::string>& lines) {
  const std::string pid = e2e::run({"pgrep", "-f", "container-monitor id=" + id}).out;
  std::ifstream rollup("/proc/" + pid.substr(0, pid.find('\n')) + "/smaps_rollup");
  long kilobytes = 0, sum = 0;
  for (std::string word; rollup >> word;)
    if (std::find(lines.begin(), lines.end(), word) != lines.end())
      sum += rollup >> kilobytes ? kilobytes : 0;
  return sum;
}

TEST_F(HealthChecked, TheGuardianStaysSmall) {
  const std::string id =
      detached({"--name", "small", "--network", "none", "--health-cmd", "head -c 1000000 /dev/zero",
                "--health-interval", "20ms", "busybox", "sleep", "1000"});
  EXPECT_TRUE(becomes("small", "healthy"));
  EXPECT_EQ(inspect("small")["State"]["Health"]["Log"].back()["Output"].get<std::string>().size(), 4096U);
  const long busy = private_kilobytes(id, {"Private_Dirty:"});
  EXPECT_GT(busy, 0);
  EXPECT_LT(busy, 1024);
}

TEST_F(HealthChecked, AGuardianAtRestHasLessThanAMegabyteWithItsOwnProgram) {
  const auto guarded = [&] { return detached({"--network", "none", "busybox", "sleep", "1000"}); };
  // WHY out of the cache: what a linker has just written lies there in large folios, and each fault maps more of them than of a
  // file that was read from the disk, as on every day but the build's.
  e2e::run({"sh", "-c", "sync $0 && dd if=$0 iflag=nocache count=0", ISOLAB_BIN "/container-monitor"});
  // Alone, it shares its program's file with nobody: clean pages count as private, too.
  const std::string first = guarded();
  const std::vector<std::string> all = {"Private_Clean:", "Private_Dirty:"};
  const auto small = [&](const std::string& id) { return private_kilobytes(id, all) < 1024; };
  EXPECT_TRUE(e2e::eventually([&] { return small(first); })) << private_kilobytes(first, all);
  const std::string second = guarded();
  EXPECT_TRUE(e2e::eventually([&] { return small(second); })) << private_kilobytes(second, all);
  EXPECT_TRUE(small(first));
  EXPECT_GT(private_kilobytes(first, all), 0);
}

TEST_F(HealthChecked, OptionsThatMakeNoSenseAreRefused) {
  const auto error = [&](const std::vector<std::string>& options) {
    std::vector<std::string> all = options;
    all.insert(all.end(), {"busybox", "true"});
    return run_container(all).err;
  };
  EXPECT_THAT(error({"--no-healthcheck", "--health-cmd", "true"}),
              HasSubstr("--no-healthcheck conflicts with --health-* options"));
  EXPECT_THAT(error({"--health-interval=-1s"}), HasSubstr("--health-interval cannot be negative"));
  EXPECT_THAT(error({"--health-timeout=1us"}), HasSubstr("--health-timeout cannot be less than 1ms"));
  EXPECT_THAT(error({"--health-start-period=soon"}), HasSubstr("invalid argument \"soon\""));
  EXPECT_THAT(error({"--health-start-interval=1us"}),
              HasSubstr("--health-start-interval cannot be less than 1ms"));
  EXPECT_THAT(error({"--health-retries=-1"}), HasSubstr("--health-retries cannot be negative"));
}

}  // namespace
