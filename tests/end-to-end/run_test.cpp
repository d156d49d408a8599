// `run` as a user meets it: exit codes, streams, environment, files, limits, isolation.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using ::testing::HasSubstr;
using ::testing::Not;

class Run : public e2e::Containers {};

TEST_F(Run, PrintsWhatTheProgramPrints) {
  const Result result = run_container({"--rm", "busybox", "sh", "-c", "echo out; echo err >&2"});
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(result.code, 0);
}

TEST_F(Run, EndsWithDockersExitCodes) {
  EXPECT_EQ(run_container({"--rm", "busybox", "sh", "-c", "exit 7"}).code, 7);
  EXPECT_EQ(run_container({"--rm", "busybox", "sh", "-c", "sh -c 'kill -9 $$'; exit $?"}).code, 137);
  EXPECT_EQ(run_container({"--rm", "busybox", "/etc"}).code, 126);
  EXPECT_EQ(run_container({"--rm", "busybox", "nosuchprogram"}).code, 127);
  EXPECT_EQ(run_container({"--rm", "--pull", "never", "nosuchimage", "true"}).code, 125);
  EXPECT_EQ(run_container({"--nosuchoption", "busybox"}).code, 125);
  EXPECT_EQ(leaks(), "");
}

TEST_F(Run, PassesEnvironmentWorkingDirectoryAndUser) {
  const Result result =
      run_container({"--rm", "-e", "COLOUR=blue", "-w", "/tmp", "-u", "1234:56", "--hostname", "box",
                     "busybox", "sh", "-c", "echo $COLOUR; pwd; id -u; id -g; hostname"});
  EXPECT_EQ(result.out, "blue\n/tmp\n1234\n56\nbox\n");
}

TEST_F(Run, TakesStandardInputOnlyWhenAsked) {
  EXPECT_EQ(run_container({"--rm", "-i", "busybox", "cat"}, "hello").out, "hello");
  EXPECT_EQ(run_container({"--rm", "busybox", "cat"}, "hello").out, "");
}

TEST_F(Run, CarriesALargeStreamWhole) {
  const Result result = run_container({"--rm", "busybox", "sh", "-c", "head -c 3000000 /dev/zero"});
  EXPECT_EQ(result.out.size(), 3'000'000U);
}

// As Docker: a new named volume begins with what the image has in its place; one that is there is left alone.
TEST_F(Run, FillsANewNamedVolumeWithTheImagesFiles) {
  const std::string rootfs = root_ + "/filled";
  ASSERT_EQ(
      e2e::run(
          {"sh", "-c",
           "mkdir " + rootfs + " && cd " + rootfs +
               " && mkdir -p bin data/sub && cp /bin/busybox bin/ && ln -s busybox bin/sh && "
               "ln -s busybox bin/cat && ln -s busybox bin/stat && echo mine > data/sub/file && "
               "ln -s /outside data/link && ln -s / up && chown -Rh 7:8 data && tar -cf ../filled.tar ."})
          .code,
      0);
  ASSERT_EQ(mini({"image", "import", rootfs + ".tar", "filled"}).code, 0);
  const auto in_volume = [&](const std::string& volume, const std::string& script) {
    return run_container({"--rm", "-v", volume, "filled", "sh", "-c", script}).out;
  };
  EXPECT_EQ(in_volume("kept:/data", "cat /data/sub/file; stat -c %u:%g /data /data/sub/file /data/link"),
            "mine\n7:8\n7:8\n7:8\n");
  in_volume("kept:/data", "echo changed > /data/sub/file");
  EXPECT_EQ(in_volume("kept:/data", "cat /data/sub/file"), "changed\n");
  // Through a link of the image to its own root, and to a place that the image does not have.
  EXPECT_EQ(in_volume("linked:/up/data", "cat /data/sub/file"), "mine\n");
  EXPECT_EQ(in_volume("bare:/nothing", "echo /nothing/*"), "/nothing/*\n");
}

TEST_F(Run, SeesVolumesOfTheHost) {
  const std::string directory = root_ + "/volume";
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/file") << "from the host";
  EXPECT_EQ(run_container({"--rm", "-v", directory + ":/data", "busybox", "cat", "/data/file"}).out,
            "from the host");
  EXPECT_NE(run_container({"--rm", "-v", directory + ":/data:ro", "busybox", "touch", "/data/x"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(directory + "/x"));
  EXPECT_EQ(run_container({"--rm", "-v", "store:/data", "busybox", "sh", "-c", "echo kept >/data/x"}).code,
            0);
  EXPECT_EQ(run_container({"--rm", "-v", "store:/data", "busybox", "cat", "/data/x"}).out, "kept\n");
}

TEST_F(Run, StartsFromTheSameImageEveryTime) {
  EXPECT_EQ(run_container({"--rm", "busybox", "sh", "-c", "echo x >/new; ls /new"}).out, "/new\n");
  EXPECT_NE(run_container({"--rm", "busybox", "ls", "/new"}).code, 0);
}

TEST_F(Run, ReadOnlyRefusesWritesButForMounts) {
  const Result result =
      run_container({"--rm", "--read-only", "busybox", "sh", "-c", "touch /x || touch /dev/shm/x"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("Read-only file system"));
}

TEST_F(Run, KillsWhatTakesTooMuchMemory) {
  const Result result =
      run_container({"--rm", "--memory", "16m", "busybox", "sh", "-c",
                     "head -c 200000000 /dev/zero | tail -c 100000000 >/dev/null; exit $?"});
  EXPECT_EQ(result.code, 137) << result.err;
  run_container({"--name", "starved", "--memory", "16m", "busybox", "sh", "-c",
                 "head -c 200000000 /dev/zero | tail -c 100000000 >/dev/null; exit 0"});
  EXPECT_EQ(inspect("starved")["State"]["OOMKilled"], true) << "though its first process was not the one";
  EXPECT_THAT(
      mini({"events", "--since", "1h", "--until", "0s", "-f", "container=starved", "--format", "{{.Action}}"})
          .out,
      HasSubstr("start\noom\ndie\n"));
}

TEST_F(Run, LimitsTheNumberOfProcesses) {
  const Result result = run_container(
      {"--rm", "--pids-limit", "4", "busybox", "sh", "-c", "for i in 1 2 3 4 5 6; do sleep 1 & done; wait"});
  EXPECT_THAT(result.err, HasSubstr("fork"));
}

TEST_F(Run, DropsAndAddsCapabilities) {
  EXPECT_NE(run_container({"--rm", "--cap-drop", "CHOWN", "busybox", "chown", "1", "/tmp"}).code, 0);
  EXPECT_EQ(run_container({"--rm", "busybox", "chown", "1", "/tmp"}).code, 0);
  const std::vector<std::string> remount = {"busybox", "mount", "-t", "tmpfs", "none", "/mnt"};
  std::vector<std::string> with = {"--rm", "--cap-add", "SYS_ADMIN"};
  with.insert(with.end(), {"busybox", "sh", "-c", "mkdir -p /mnt; mount -t tmpfs none /mnt"});
  EXPECT_EQ(run_container(with).code, 0);
  EXPECT_NE(run_container({"--rm", "busybox", "sh", "-c", "mkdir -p /mnt; mount -t tmpfs none /mnt"}).code,
            0);
}

TEST_F(Run, TakesAnotherEntrypoint) {
  EXPECT_EQ(run_container({"--rm", "--entrypoint", "echo", "busybox", "given", "words"}).out,
            "given words\n");
}

TEST_F(Run, LocksPrivilegesAndFiltersCallsAsAsked) {
  const std::vector<std::string> look = {"busybox", "grep", "-E",
                                         "^(NoNewPrivs|Seccomp):", "/proc/self/status"};
  const auto seen = [&](std::vector<std::string> options) {
    options.insert(options.begin(), "--rm");
    options.insert(options.end(), look.begin(), look.end());
    return run_container(options).out;
  };
  EXPECT_EQ(seen({}), "NoNewPrivs:\t0\nSeccomp:\t2\n");
  EXPECT_EQ(seen({"--security-opt", "no-new-privileges"}), "NoNewPrivs:\t1\nSeccomp:\t2\n");
  EXPECT_EQ(seen({"--security-opt", "seccomp=unconfined"}), "NoNewPrivs:\t0\nSeccomp:\t0\n");
  EXPECT_EQ(run_container({"--rm", "--security-opt", "magic", "busybox", "true"}).code, 125);
}

TEST_F(Run, LimitsProcessors) {
  const std::string look =
      "cat /sys/fs/cgroup/cpu/cpu.shares /sys/fs/cgroup/cpu/cpu.cfs_quota_us || "
      "cat /sys/fs/cgroup/cpu.weight /sys/fs/cgroup/cpu.max; nproc";
  const Result result = run_container(
      {"--rm", "--cpu-shares", "2048", "--cpus", "0.5", "--cpuset-cpus", "0", "busybox", "sh", "-c", look});
  EXPECT_THAT(result.out, ::testing::AnyOf("2048\n50000\n1\n", "200\n50000 100000\n1\n")) << result.err;
}

TEST_F(Run, IsolatesWhatTheProgramSees) {
  const Result result = run_container({"--rm", "busybox", "sh", "-c", "echo $$; ls -d /proc/[0-9]* | wc -l"});
  EXPECT_THAT(result.out, ::testing::StartsWith("1\n"));
  const Result none = run_container({"--rm", "--network", "none", "busybox", "ip", "-o", "link"});
  EXPECT_THAT(none.out, Not(HasSubstr("eth0")));
  const Result host =
      run_container({"--rm", "--network", "host", "busybox", "readlink", "/proc/self/ns/net"});
  EXPECT_EQ(host.out, e2e::run({"readlink", "/proc/self/ns/net"}).out);
  const Result bridge = run_container({"--rm", "busybox", "ip", "-o", "addr", "show", "eth0"});
  EXPECT_THAT(bridge.out, HasSubstr("inet "));
}

TEST_F(Run, GivesATerminalWhenAsked) {
  const Result result = run_container({"--rm", "-t", "busybox", "sh", "-c", "tty; test -t 1 && echo yes"});
  EXPECT_THAT(result.out, HasSubstr("/dev/"));
  EXPECT_THAT(result.out, HasSubstr("yes"));
  EXPECT_THAT(run_container({"--rm", "busybox", "tty"}).out, HasSubstr("not a tty"));
}

TEST_F(Run, ExplainsEngineRuntimeAndContainer) {
  if (std::getenv("RUNTIME") != nullptr) GTEST_SKIP() << "only mini-runtime joins the trace";
  const std::string file = root_ + "/trace.jsonl";
  const Result result = run_container({"--rm", "--explain", "--trace", file, "busybox", "true"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("connect the network"));
  std::ifstream stream(file);
  const std::string trace((std::istreambuf_iterator<char>(stream)), {});
  for (const char* role : {"engine", "runtime", "container"})
    EXPECT_THAT(trace, HasSubstr(std::string("\"role\":\"") + role + "\"")) << role;
}

// The text between a phase's end and the next prompt.
std::string after_phase(const std::string& shown, const std::string& phase) {
  const std::size_t start = shown.find("done: " + phase);
  return start == std::string::npos ? "" : shown.substr(start, shown.find("\n\n", start) - start);
}

TEST_F(Run, StepShowsWhatEachPhaseChangedForHostAndContainer) {
  if (std::getenv("RUNTIME") != nullptr) GTEST_SKIP() << "only mini-runtime joins the trace";
  std::vector<std::string> command = run_command({"--rm", "--step", "-m", "64m", "busybox", "sleep", "2"});
  // Without a terminal of its own, standard input answers the prompts.
  command.insert(command.begin(), {"setsid", "-w"});
  const Result result = e2e::run(command, std::string(100, '\n'));
  ASSERT_EQ(result.code, 0) << result.err;
  const auto after = [&](const std::string& phase) { return after_phase(result.err, phase); };
  EXPECT_THAT(after("stack the layers"), HasSubstr("/rootfs: overlay"));
  EXPECT_THAT(after("control groups"), HasSubstr("=67108864"));
  if (std::ifstream("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes").good()) {
    EXPECT_THAT(after("control groups"), HasSubstr("memory.memsw.limit_in_bytes=134217728"));
  }
  EXPECT_THAT(after("state directory"), HasSubstr("container    none"));
  EXPECT_THAT(after("new namespaces"), HasSubstr("is new"));
  EXPECT_THAT(after("new namespaces"), HasSubstr("namespace pid: pid:["));
  EXPECT_THAT(after("enter groups and namespaces"), HasSubstr("-> /mini-container/"));
  EXPECT_THAT(after("host name and loopback"), HasSubstr("+ address 127.0.0.1"));
  EXPECT_THAT(after("mounts and devices"), HasSubstr("/rootfs/proc: proc"));
  EXPECT_THAT(after("pivot into the rootfs"), testing::ContainsRegex("mount /: .* -> overlay"));
  EXPECT_THAT(after("connect the network"), testing::ContainsRegex("container  \\+ link eth0"));
  EXPECT_THAT(after("start"), testing::ContainsRegex("capabilities Eff: .* -> 14 "));
  EXPECT_THAT(after("start"), HasSubstr("seccomp mode: 0 -> 2"));
  EXPECT_THAT(after("wait for the end"), HasSubstr("has ended"));
  EXPECT_THAT(after("clean up"), HasSubstr("/rootfs: overlay"));
  EXPECT_EQ(leaks(), "");
}

// The process that looks on behalf of --step sees the end of the command and goes with it.
TEST_F(Run, StepLeavesNobodyWatching) {
  std::vector<std::string> command =
      run_command({"-d", "--name", "stepped", "--step", "busybox", "sleep", "100"});
  command.insert(command.begin(), {"setsid", "-w"});
  ASSERT_EQ(e2e::run(command, std::string(100, '\n')).code, 0);
  EXPECT_TRUE(e2e::eventually([&] {
    return e2e::run({"pgrep", "-f", "^[^ ]*mini-container .*" + root_ + " run"}).out.empty();
  }));
  EXPECT_EQ(mini({"rm", "-f", "stepped"}).code, 0);
}

TEST_F(Run, StoppedAtAnyStepLeavesNothingBehind) {
  // Enter a few times, then q: at each of the phases, the engine's own and the runtime's.
  for (int steps = 0; steps < 12; ++steps) {
    const std::vector<std::string> command = run_command({"--rm", "--step", "busybox", "sh", "-c", "exit 0"});
    std::vector<std::string> detached = {"setsid", "-w"};
    detached.insert(detached.end(), command.begin(), command.end());
    const Result result = e2e::run(detached, std::string(static_cast<std::size_t>(steps), '\n') + "q\n");
    EXPECT_THAT(leaks(), "") << "after " << steps << " steps: " << result.err;
  }
}

}  // namespace
