// Flags of `run` that change what the program finds: variables, names, mounts, limits, and namespaces of others.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using ::testing::HasSubstr;

class RunFlags : public e2e::Containers {
 protected:
  // What a shell in a container with `options` prints for `script`.
  std::string prints(std::vector<std::string> options, const std::string& script) const {
    options.insert(options.begin(), "--rm");
    options.insert(options.end(), {"busybox", "sh", "-c", script});
    const Result result = run_container(options);
    return result.out + result.err;
  }
  // What is said when `options` are refused.
  std::string refusal(std::vector<std::string> options) const {
    options.insert(options.end(), {"busybox", "true"});
    const Result result = run_container(options);
    EXPECT_EQ(result.code, 125);
    return result.err;
  }
};

TEST_F(RunFlags, VariablesComeFromFilesAndWhatIsTypedWins) {
  const std::string file = root_ + "/variables";
  std::ofstream(file) << "# a comment\nA=1\n\nHOME\n  B=2 3\nNOBODY_HAS_THIS\n";
  EXPECT_EQ(prints({"--env-file", file}, "echo $A-$B-${NOBODY_HAS_THIS-unset}"), "1-2 3-unset\n");
  EXPECT_EQ(prints({"--env-file", file, "-e", "A=9"}, "echo $A"), "9\n");
  std::ofstream(file) << "=1\n";
  EXPECT_THAT(refusal({"--env-file", file}), HasSubstr("no variable name"));
  EXPECT_THAT(refusal({"--env-file", root_ + "/nosuch"}), HasSubstr("nosuch: no such file"));
  EXPECT_THAT(refusal({"-e", "=1"}), HasSubstr("invalid environment variable: =1"));
}

TEST_F(RunFlags, ExecTakesVariablesAndPowerOfItsOwn) {
  const std::string file = root_ + "/variables";
  std::ofstream(file) << "A=1\nB=2\n";
  detached({"--name", "box", "-e", "A=0", "--cap-drop", "ALL", "busybox", "sleep", "1000"});
  ::setenv("OURS", "callers", 1);
  EXPECT_EQ(mini({"exec", "--env-file", file, "-e", "B=3", "-e", "OURS", "-e", "NOBODYS", "box", "sh", "-c",
                  "echo $A$B $OURS ${NOBODYS-unset}"})
                .out,
            "13 callers unset\n");
  const Result wrong = mini({"exec", "-e", "=x", "box", "true"});
  EXPECT_EQ(wrong.code, 125) << "as with every flag that makes no sense";
  EXPECT_THAT(wrong.err, HasSubstr("invalid environment variable: =x"));
  const auto capabilities = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "exec");
    words.insert(words.end(), {"box", "grep", "CapEff", "/proc/self/status"});
    return mini(words).out;
  };
  EXPECT_EQ(capabilities({}), "CapEff:\t0000000000000000\n");
  EXPECT_EQ(capabilities({"--privileged"}), prints({"--privileged"}, "grep CapEff /proc/self/status"));
}

TEST_F(RunFlags, AnUnknownRuntimeIsRefusedAndOneThatWentAwayHoldsNobodyUp) {
  EXPECT_THAT(refusal({"--runtime", "nosuch"}), HasSubstr("Unknown runtime specified nosuch"));
  EXPECT_EQ(mini({"ps", "-aq"}).out, "");
  const std::string program = root_ + "/runtime";
  std::filesystem::create_symlink(ISOLAB_BIN "/mini-runtime", program);
  const std::string id = mini({"run", "-d", "--runtime", program, "busybox", "sleep", "1000"}).out;
  std::filesystem::remove(program);
  ::kill(std::stoi(e2e::run({"pgrep", "-f", "container-monitor id=" + id.substr(0, 64)}).out), SIGKILL);
  EXPECT_EQ(prints({}, "echo goes on"), "goes on\n");
  std::filesystem::create_symlink(ISOLAB_BIN "/mini-runtime", program);
  EXPECT_EQ(mini({"ps", "-q"}).out, "") << "taken down as soon as it can be";
  EXPECT_EQ(leaks(), "");
}

TEST_F(RunFlags, NamesOfHostsAndServersAreThoseAskedFor) {
  EXPECT_THAT(prints({"--add-host", "db:10.1.2.3"}, "cat /etc/hosts"), HasSubstr("10.1.2.3\tdb\n"));
  const std::string resolv = prints({"--dns", "192.0.2.1", "--dns-search", "lab", "--dns-option", "ndots:2"},
                                    "cat /etc/resolv.conf");
  EXPECT_EQ(resolv, "search lab\nnameserver 192.0.2.1\noptions ndots:2\n");
  EXPECT_THAT(refusal({"--add-host", "db"}), HasSubstr("NAME:ADDRESS"));
  EXPECT_THAT(refusal({"--add-host", "db:nowhere"}),
              HasSubstr("invalid IP address in add-host: \"nowhere\""));
  EXPECT_THAT(refusal({"--dns", "nowhere"}), HasSubstr("nowhere is not an ip address"));
  EXPECT_EQ(prints({"--add-host", "host.docker.internal:host-gateway"},
                   "grep -c \"^$(ip route | awk '/default/ {print $3}').host.docker.internal\" /etc/hosts"),
            "1\n");
  EXPECT_EQ(prints({"-h", "web"}, "hostname"), "web\n");
}

TEST_F(RunFlags, FileSystemsInMemoryHaveTheSizeAskedFor) {
  EXPECT_EQ(prints({"--tmpfs", "/scratch:size=1m,mode=700", "--shm-size", "8m"},
                   "df /scratch /dev/shm | awk '/tmpfs|shm/ {print $2}'; stat -c %a /scratch"),
            "1024\n8192\n700\n");
  EXPECT_THAT(prints({"--tmpfs", "/scratch"}, "grep ' /scratch ' /proc/mounts"), HasSubstr("noexec"));
  EXPECT_THAT(refusal({"--shm-size", "much"}), HasSubstr("invalid size"));
}

TEST_F(RunFlags, MountNamesEachPartOfAMount) {
  const std::string folder = root_ + "/folder";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/file") << "seen\n";
  EXPECT_EQ(prints({"--mount", "type=bind,src=" + folder + ",dst=/in", "--mount", "source=kept,target=/kept",
                    "--mount", "type=tmpfs,dst=/t,tmpfs-size=1m"},
                   "cat /in/file; echo x >/kept/x; df /t | awk '/tmpfs/ {print $2}'"),
            "seen\n1024\n");
  EXPECT_EQ(prints({"-v", "kept:/k"}, "cat /k/x"), "x\n");
  EXPECT_THAT(prints({"--mount", "type=bind,src=" + folder + ",dst=/in,readonly"}, "touch /in/x"),
              HasSubstr("Read-only"));
  EXPECT_THAT(refusal({"--mount", "type=bind,src=/nosuch,dst=/in"}),
              HasSubstr("bind source path does not exist"));
}

TEST_F(RunFlags, LimitsParametersAndScoresReachTheProcess) {
  EXPECT_EQ(
      prints({"--ulimit", "nofile=64:128", "--sysctl", "net.ipv4.ip_forward=1", "--oom-score-adj", "100"},
             "ulimit -n; ulimit -Hn; cat /proc/sys/net/ipv4/ip_forward /proc/self/oom_score_adj"),
      "64\n128\n1\n100\n");
  EXPECT_THAT(prints({"--cpu-quota", "20000"},
                     "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>&- || cat /sys/fs/cgroup/cpu.max"),
              testing::StartsWith("20000"));
  EXPECT_THAT(
      prints({"--cpu-quota", "20000", "--cpu-period", "50000"},
             "cat /sys/fs/cgroup/cpu/cpu.cfs_period_us 2>&- || cut -d ' ' -f 2 /sys/fs/cgroup/cpu.max"),
      testing::StartsWith("50000"));
  EXPECT_THAT(refusal({"--cpus", "1", "--cpu-quota", "2000"}), HasSubstr("Conflicting options: Nano CPUs"));
  EXPECT_THAT(refusal({"--cpu-period", "1"}), HasSubstr("CPU cfs period"));
  EXPECT_THAT(refusal({"--memory", "5m"}), HasSubstr("Minimum memory limit allowed is 6MB"));
  EXPECT_EQ(prints({"-u", "5:6"}, "id -G"), "6\n") << "whoever is in a group is a member of it";
  EXPECT_THAT(refusal({"--ulimit", "wings=2"}), HasSubstr("invalid ulimit"));
  EXPECT_THAT(refusal({"--sysctl", "kernel"}), HasSubstr("NAME=VALUE"));
  EXPECT_THAT(refusal({"--gpus", "all"}), HasSubstr("could not select device driver"));
}

TEST_F(RunFlags, NamespacesCanBeTheHosts) {
  for (const char* type : {"pid", "ipc", "uts"}) {
    const std::string link = std::string("/proc/self/ns/") + type;
    const std::string here = e2e::run({"readlink", link}).out;
    EXPECT_NE(prints({}, "readlink " + link), here);
    EXPECT_EQ(prints({std::string("--") + type, "host"}, "readlink " + link), here);
  }
  EXPECT_EQ(prints({"--uts", "host"}, "hostname"), e2e::run({"hostname"}).out);
}

TEST_F(RunFlags, NamespacesAndVolumesCanBeThoseOfAnotherContainer) {
  detached({"--name", "base", "--hostname", "basehost", "-v", "/shared", "--stop-signal", "USR1", "busybox",
            "sh", "-c", "trap 'exit 5' USR1; echo kept >/shared/file; while :; do sleep 0.1; done"});
  EXPECT_TRUE(e2e::eventually([&] {
    return prints({"--volumes-from", "base:ro"}, "cat /shared/file") == "kept\n";
  }));
  EXPECT_THAT(prints({"--volumes-from", "base:ro"}, "touch /shared/x"), HasSubstr("Read-only"));
  EXPECT_EQ(prints({"--uts", "container:base"}, "hostname"), "basehost\n");
  EXPECT_THAT(prints({"--pid", "container:base"}, "ps"), HasSubstr("trap"));
  EXPECT_EQ(prints({"--ipc", "container:base"}, "readlink /proc/self/ns/ipc"),
            mini({"exec", "base", "readlink", "/proc/self/ns/ipc"}).out);
  EXPECT_EQ(run_container({"--name", "user", "--volumes-from", "base", "busybox", "true"}).code, 0);
  EXPECT_EQ(mini({"stop", "base"}).code, 0);
  EXPECT_EQ(inspect("base")["State"]["ExitCode"], 5) << "stop begins with --stop-signal";
  EXPECT_THAT(refusal({"--rm", "--pid", "container:base"}), HasSubstr("non running container"));
  EXPECT_THAT(refusal({"--rm", "--volumes-from", "nosuch"}), HasSubstr("No such container"));
  EXPECT_THAT(refusal({"--uts", "mine"}), HasSubstr("expected host, or container:NAME"));
  EXPECT_EQ(mini({"rm", "-v", "base"}).code, 0);
  EXPECT_EQ(prints({"--volumes-from", "user"}, "cat /shared/file"), "kept\n") << "another container has it";
}

TEST_F(RunFlags, ExecCanBeLeftAlone) {
  detached({"--name", "box", "busybox", "sleep", "1000"});
  const Result result = mini({"exec", "-d", "box", "sh", "-c", "echo unseen; sleep 0.3; echo done >/done"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(e2e::eventually([&] { return mini({"exec", "box", "cat", "/done"}).out == "done\n"; }));
}

TEST_F(RunFlags, TheIdGoesIntoAFileThatMustNotBeThere) {
  const std::string file = root_ + "/id";
  const std::string id = detached({"--cidfile", file, "busybox", "true"});
  std::string written;
  std::ifstream(file) >> written;
  EXPECT_EQ(written, id);
  EXPECT_THAT(refusal({"--cidfile", file}), HasSubstr("Container ID file found"));
}

}  // namespace
