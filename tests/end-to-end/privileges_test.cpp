// Flags of `run` that give the program more of the host, or a first process of ours before it.
#include <gmock/gmock.h>
#include <chrono>

#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using ::testing::HasSubstr;
using ::testing::Not;

class Privileges : public e2e::Containers {
 protected:
  // What a shell in a container with `options` prints for `script`.
  std::string prints(std::vector<std::string> options, const std::string& script) const {
    options.insert(options.begin(), {"--rm", "--network", "none"});
    options.insert(options.end(), {"busybox", "sh", "-c", script});
    const Result result = run_container(options);
    return result.out + result.err;
  }
  // The same without what the runtime says: a capability that this host does not have, it cannot give.
  std::string privileged(std::vector<std::string> options, const std::string& script) const {
    options.insert(options.begin(), {"--rm", "--network", "none", "--privileged"});
    options.insert(options.end(), {"busybox", "sh", "-c", script});
    return run_container(options).out;
  }
  std::string refusal(std::vector<std::string> options) const {
    options.insert(options.end(), {"busybox", "true"});
    const Result result = run_container(options);
    EXPECT_EQ(result.code, 125);
    return result.err;
  }
};

TEST_F(Privileges, InitIsTheFirstProcessAndReapsOrphans) {
  EXPECT_EQ(
      prints({"--init"}, "tr '\\0' ' ' </proc/1/cmdline; echo; tr '\\0' ' ' </proc/$$/cmdline | cut -c1-5"),
      "/sbin/docker-init -- sh -c tr '\\0' ' ' </proc/1/cmdline; echo; tr '\\0' ' ' </proc/$$/cmdline | cut "
      "-c1-5 \nsh -c\n");
  // An orphan that ends is a zombie until the first process reaps it; a shell never does.
  const std::string orphan =
      "sh -c 'sleep 0.1 & echo $! >/pid'; read pid </pid; for i in 1 2 3 4 5; do sleep 0.2; done; "
      "if [ -e /proc/$pid ]; then echo zombie; else echo reaped; fi";
  EXPECT_EQ(prints({"--init"}, orphan), "reaped\n");
}

TEST_F(Privileges, InitPassesSignalsOnAndEndsAsTheProgramDoes) {
  EXPECT_EQ(run_container({"--rm", "--init", "busybox", "sh", "-c", "exit 7"}).code, 7);
  EXPECT_EQ(run_container({"--rm", "--init", "busybox", "sh", "-c", "kill -9 $$"}).code, 137);
  EXPECT_EQ(run_container({"--rm", "--init", "busybox", "/nosuch"}).code, 127);
  EXPECT_EQ(run_container({"--rm", "--init", "busybox", "/etc"}).code, 126);
  const std::string id = detached({"--init", "--name", "polite", "busybox", "sleep", "1000"});
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(mini({"stop", "polite"}).code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(9)) << "it had to be killed";
  EXPECT_EQ(inspect("polite")["State"]["ExitCode"], 128 + 15);
  EXPECT_EQ(inspect("polite")["HostConfig"]["Init"], true);
  EXPECT_THAT(mini({"ps", "-a", "--no-trunc"}).out, Not(HasSubstr("docker-init")));
}

TEST_F(Privileges, ADeviceIsThereAndCanBeUsedAsAskedFor) {
  // One that exists everywhere and is not in a container: /dev/kmsg.
  const std::string numbers = "stat -c '%t:%T %a' /dev/mine";
  EXPECT_EQ(prints({"--device", "/dev/kmsg:/dev/mine"}, numbers),
            e2e::run({"stat", "-c", "%t:%T %a", "/dev/kmsg"}).out);
  EXPECT_EQ(prints({"--device", "/dev/kmsg:/dev/mine:w"}, "echo isolab-test >/dev/mine && echo written"),
            "written\n");
  EXPECT_THAT(prints({"--device", "/dev/kmsg:/dev/mine:w"}, "head -c 1 /dev/mine"),
              HasSubstr("not permitted"));
  EXPECT_THAT(prints({"--device", "/dev/kmsg:r"}, "echo x >/dev/kmsg"), HasSubstr("not permitted"));
  EXPECT_THAT(refusal({"--device", "/dev/nosuch"}), HasSubstr("no such file or directory"));
  EXPECT_THAT(refusal({"--device", "/etc/passwd"}), HasSubstr("not a device node"));
  EXPECT_THAT(refusal({"--device", "/dev/null:/dev/x:q"}), HasSubstr("bad format"));
}

TEST_F(Privileges, PrivilegedHidesNothingAndFiltersNothing) {
  const std::string seen = privileged({},
                                      "grep -E 'CapEff|CapBnd|Seccomp:' /proc/self/status; awk '$2 ~ "
                                      "\"^/(sys|proc)\" {print $2, substr($4, 1, 2)}' /proc/mounts");
  const std::string ours = e2e::run({"sh", "-c", "grep CapBnd /proc/self/status"}).out;
  EXPECT_THAT(seen, HasSubstr(ours)) << "all that there are to give";
  EXPECT_THAT(seen, HasSubstr("Seccomp:\t0"));
  EXPECT_THAT(seen, HasSubstr("/sys rw"));
  EXPECT_THAT(seen, Not(HasSubstr(" ro")));
  EXPECT_THAT(seen, Not(HasSubstr("/proc/kcore"))) << "masked files are mounts";
  EXPECT_EQ(privileged({}, "ls /dev/kmsg; head -c 1 /dev/kmsg >/dev/null && echo read"), "/dev/kmsg\nread\n");
  EXPECT_EQ(privileged({"--cap-drop", "ALL"}, "mount -t tmpfs none /mnt && echo mounted"), "mounted\n");
}

TEST_F(Privileges, ExecInAPrivilegedContainerIsPrivilegedToo) {
  detached({"--privileged", "--name", "strong", "busybox", "sleep", "1000"});
  EXPECT_EQ(mini({"exec", "strong", "mount", "-t", "tmpfs", "none", "/mnt"}).code, 0);
  EXPECT_EQ(inspect("strong")["HostConfig"]["Privileged"], true);
}

TEST_F(Privileges, UserIdsAreTheHosts) {
  EXPECT_EQ(prints({"--userns", "host"}, "readlink /proc/self/ns/user"),
            e2e::run({"readlink", "/proc/self/ns/user"}).out);
  EXPECT_THAT(refusal({"--userns", "mine"}), HasSubstr("invalid USER mode"));
}

TEST_F(Privileges, DisksAreSharedByWeight) {
  EXPECT_THAT(refusal({"--blkio-weight", "5"}), HasSubstr("from 10 to 1000"));
  const Result made =
      run_container({"-d", "--name", "light", "--blkio-weight", "300", "busybox", "sleep", "1000"});
  if (made.err.find("file `blkio.weight`") != std::string::npos) {
    EXPECT_EQ(leaks(), "");
    GTEST_SKIP() << "this kernel has no weights for disks, which crun does not forgive";
  }
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(inspect("light")["HostConfig"]["BlkioWeight"], 300);
}

}  // namespace
