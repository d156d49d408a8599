// What runtime-spec 1.1 to 1.3 added to `process` and around it, and what engines seldom ask for. Peers of Debian 12 are older.
// Reads: runtime-spec config.md (process), config-linux.md (personality, memory policy), sched(7),
// ioprio_set(2), set_mempolicy(2).
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sys/scheduling.h"
#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

class Process : public Runtime {
 protected:
  void SetUp() override {
    Runtime::SetUp();
    if (!ours()) GTEST_SKIP() << "the runtimes of Debian 12 know an older specification";
  }
  // The pid of a running container.
  int running(Bundle& bundle) {
    bundle.write();
    const auto output = verb({"run", "--detach", "--bundle", bundle.path(), id_});
    EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
    const auto now = state();
    return now.is_null() ? -1 : now.at("pid").get<int>();
  }
};

TEST_F(Process, TheSchedulerIsTheDocuments) {
  Bundle bundle("sleep 100");
  bundle.config["process"]["scheduler"] = {{"policy", "SCHED_BATCH"}, {"nice", 5}};
  const int pid = running(bundle);
  EXPECT_EQ(::sched_getscheduler(pid), SCHED_BATCH);
  // Field 19 of /proc/PID/stat.
  EXPECT_THAT(sys::read_file("/proc/" + std::to_string(pid) + "/stat"), HasSubstr(" 25 5 1 "));
}

TEST_F(Process, ARealtimePolicyIsSetOrItsRefusalNamed) {
  Bundle bundle("sleep 100");
  bundle.config["process"]["scheduler"] = {{"policy", "SCHED_RR"}, {"priority", 3}};
  bundle.write();
  const auto output = verb({"run", "--detach", "--bundle", bundle.path(), id_});
  if (output.status.shell_code() != 0) {
    // The group of whoever runs the test may have no real-time runtime (EPERM).
    EXPECT_THAT(output.errors, HasSubstr("linux.resources.cpu.realtimeRuntime"));
    GTEST_SKIP() << "this host's groups have no real-time runtime: " << output.errors;
  }
  EXPECT_EQ(::sched_getscheduler(state().at("pid")), SCHED_RR);
}

TEST_F(Process, ALimitedGroupGivesARealtimePolicyItsRuntime) {
  if (!sys::exists("/sys/fs/cgroup/cpu/cpu.rt_runtime_us"))
    GTEST_SKIP() << "only version 1, in a kernel with CONFIG_RT_GROUP_SCHED, shares real-time runtime out";
  Bundle bundle("sleep 100");
  bundle.config["process"]["scheduler"] = {{"policy", "SCHED_FIFO"}, {"priority", 3}};
  bundle.config["linux"]["resources"]["cpu"] = {{"shares", 512}};
  EXPECT_THAT(run(bundle).errors, HasSubstr("linux.resources.cpu.realtimeRuntime"));
  bundle.config["linux"]["resources"]["cpu"]["realtimeRuntime"] = 1000;
  bundle.config["linux"]["resources"]["cpu"]["realtimePeriod"] = 100000;
  EXPECT_EQ(::sched_getscheduler(running(bundle)), SCHED_FIFO);
  EXPECT_EQ(sys::read_file("/sys/fs/cgroup/cpu/mini-runtime-" + id_ + "/cpu.rt_runtime_us"), "1000\n");
}

TEST_F(Process, TheIoPriorityIsTheDocuments) {
  Bundle bundle("sleep 100");
  bundle.config["process"]["ioPriority"] = {{"class", "IOPRIO_CLASS_IDLE"}, {"priority", 4}};
  const int pid = running(bundle);
  const long priority = ::syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, pid);
  EXPECT_EQ(priority, long{sys::kIoClassIdle << sys::kIoClassShift | 4});
}

TEST_F(Process, ThePersonalityIsTheDocuments) {
  Bundle bundle("cat /proc/self/personality");
  bundle.config["linux"]["personality"] = {{"domain", "LINUX32"}};
  bundle.config["process"]["noNewPrivileges"] = false;
  EXPECT_EQ(run(bundle).text, "00000008\n");
}

TEST_F(Process, TheCallersGroupsStayWhereTheAnnotationAsksForIt) {
  Bundle bundle("busybox grep Groups: /proc/self/status");
  bundle.config["annotations"]["run.oci.keep_original_groups"] = "1";
  bundle.write();
  const auto output = testing_bundle::run_program({"setpriv", "--groups", "7,8", testing_bundle::runtime(),
                                                   "--root", root_, "run", "--bundle", bundle.path(), id_});
  EXPECT_EQ(output.text, "Groups:\t7 8 \n") << output.errors;
}

TEST_F(Process, ANameStandsOnceInTheEnvironment) {
  Bundle bundle("busybox env");
  bundle.config["process"]["env"] = {"A=1", "PATH=/bin", "HOME=/here", "A=2", "HOME="};
  std::istringstream lines(run(bundle).text);
  std::vector<std::string> ours;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("A=") || line.starts_with("HOME=")) ours.push_back(line);
  EXPECT_THAT(ours, testing::UnorderedElementsAre("A=2", "HOME=/"));
}

TEST_F(Process, TheMemoryPolicyIsTheDocumentsForExecToo) {
  if (!sys::exists("/proc/self/numa_maps")) GTEST_SKIP() << "the kernel has no NUMA policies";
  Bundle bundle("sleep 100");
  bundle.config["linux"]["memoryPolicy"] = {
      {"mode", "MPOL_BIND"}, {"nodes", "0"}, {"flags", {"MPOL_F_STATIC_NODES"}}};
  const int pid = running(bundle);
  EXPECT_THAT(sys::read_file("/proc/" + std::to_string(pid) + "/numa_maps"), HasSubstr(" bind=static:0 "));
  EXPECT_THAT(verb({"exec", id_, "cat", "/proc/self/numa_maps"}).text, HasSubstr(" bind=static:0 "));
  // What only the kernel knows, it says.
  verb({"delete", "--force", id_});
  bundle.config["linux"]["memoryPolicy"]["nodes"] = "8000";
  EXPECT_THAT(run(bundle).errors, HasSubstr("set_mempolicy(mode "));
}

TEST_F(Process, ExecRunsOnTheProcessorsOfItsFinalAffinity) {
  Bundle bundle("sleep 100");
  running(bundle);
  const std::string file = bundle.path() + "/process.json";
  nlohmann::json process = bundle.config["process"];
  process["args"] = {"/bin/sh", "-c", "cat /proc/self/status"};
  process["execCPUAffinity"] = {{"initial", "0"}, {"final", "0"}};
  sys::write_file_atomically(file, process.dump());
  EXPECT_THAT(verb({"exec", "--process", file, id_}).text, HasSubstr("Cpus_allowed_list:\t0\n"));
  process["execCPUAffinity"] = {{"initial", "0"}};
  sys::write_file_atomically(file, process.dump());
  cpu_set_t cpus;
  ASSERT_EQ(::sched_getaffinity(0, sizeof cpus, &cpus), 0);
  const int all = CPU_COUNT(&cpus);
  const std::string list = all == 1 ? "0" : "0-" + std::to_string(all - 1);
  EXPECT_THAT(verb({"exec", "--process", file, id_}).text, HasSubstr("Cpus_allowed_list:\t" + list + "\n"));
}

TEST_F(Process, AmbientCapabilitiesReachAUserWhoIsNotRoot) {
  Bundle bundle("cat /proc/self/status");
  auto& process = bundle.config["process"];
  process["user"] = {{"uid", 1000}, {"gid", 1000}};
  for (const char* set : {"inheritable", "ambient"})
    process["capabilities"][set] = {"CAP_NET_BIND_SERVICE"};
  const std::string seen = run(bundle).text;
  EXPECT_THAT(seen, HasSubstr("CapAmb:\t0000000000000400"));
  EXPECT_THAT(seen, HasSubstr("CapEff:\t0000000000000400"));
}

TEST_F(Process, ALabelThatNothingWouldEnforceIsRefusedBeforeAnythingIsMade) {
  for (const auto& [member, file] : {std::pair("apparmorProfile", "/sys/module/apparmor/parameters/enabled"),
                                     std::pair("selinuxLabel", "/sys/fs/selinux/enforce")}) {
    if (sys::exists(file)) continue;
    Bundle bundle("true");
    bundle.config["process"][member] = "confined";
    EXPECT_THAT(run(bundle).errors,
                HasSubstr(std::string("process.") + member + ": the host's kernel has no"));
    EXPECT_EQ(status(), "none");
  }
}

}  // namespace
