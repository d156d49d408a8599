// The flags that engines and people give, each with what it changes. Reads: runc(8), crun(1).
#include <unistd.h>

#include <csignal>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

class Flags : public Runtime {
 protected:
  void start(const Bundle& bundle) {
    const auto output = verb({"run", "--detach", "--bundle", bundle.path(), id_});
    ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  }
  // The runtime, started by a shell after `prepare`.
  testing_bundle::Output from_shell(const std::string& prepare, const std::string& arguments) {
    return testing_bundle::run_program(
        {"sh", "-c", prepare + "; exec " + testing_bundle::runtime() + " --root " + root_ + " " + arguments});
  }
};

constexpr char kReadThree[] = "cat <&3; [ -e /proc/self/fd/4 ] || echo no four";

TEST_F(Flags, DescriptorsArePassedOnOnlyWhenCounted) {
  const Bundle bundle(kReadThree);
  sys::replace_file(bundle.path() + "/passed", "told\n");
  const auto output = from_shell("exec 3<" + bundle.path() + "/passed 4</dev/null",
                                 "run --preserve-fds 1 --bundle " + bundle.path() + " " + id_);
  EXPECT_EQ(output.text, "told\nno four\n") << output.errors;
}

TEST_F(Flags, ExecPassesDescriptorsOnAsWell) {
  const Bundle bundle("sleep 100");
  sys::replace_file(bundle.path() + "/passed", "told\n");
  start(bundle);
  const auto output = from_shell("exec 3<" + bundle.path() + "/passed 4</dev/null",
                                 "exec --preserve-fds 1 " + id_ + " sh -c '" + kReadThree + "'");
  EXPECT_EQ(output.text, "told\nno four\n") << output.errors;
}

TEST_F(Flags, ExecChangesTheContainersOwnProcess) {
  Bundle bundle("sleep 100");
  bundle.config["process"]["noNewPrivileges"] = false;
  start(bundle);
  const auto output = verb({"exec", "--env", "A=b", "--cwd", "/tmp", "--user", "1000:1001", "--no-new-privs",
                            id_, "/bin/sh", "-c", "echo $A; pwd; id -u; id -g; cat /proc/self/status"});
  EXPECT_THAT(output.text, testing::StartsWith("b\n/tmp\n1000\n1001\n")) << output.errors;
  EXPECT_THAT(output.text, HasSubstr("NoNewPrivs:\t1"));
}

TEST_F(Flags, ExecAddsCapabilities) {
  const Bundle bundle("sleep 100");
  start(bundle);
  // CAP_SYS_TIME is bit 25. crun leaves only the added ones.
  EXPECT_THAT(verb({"exec", "--cap", "CAP_SYS_TIME", id_, "cat", "/proc/self/status"}).text,
              HasSubstr("CapEff:\t0000000002000"));
}

TEST_F(Flags, ADetachedExecLeavesItsPid) {
  const Bundle bundle("sleep 100");
  start(bundle);
  const std::string file = bundle.path() + "/exec-pid";
  ASSERT_EQ(verb({"exec", "--detach", "--pid-file", file, id_, "sleep", "4711"}).status.shell_code(), 0);
  const std::string cmdline = "/proc/" + sys::read_file(file) + "/cmdline";
  // crun returns before the program has taken over.
  for (int tries = 0; tries < 200 && !sys::read_file(cmdline).starts_with("sleep"); ++tries)
    sys::poll({}, 10);
  EXPECT_EQ(sys::read_file(cmdline), std::string("sleep\0004711\0", 11));
}

TEST_F(Flags, ProcessesAreListedAndKilledTogether) {
  Bundle bundle("sleep 4711 & sleep 4712 & wait");
  start(bundle);
  nlohmann::json pids;
  for (int tries = 0; tries < 200 && pids.size() < 3; ++tries) {
    sys::poll({}, 10);
    pids = nlohmann::json::parse(verb({"ps", "--format", "json", id_}).text);
  }
  ASSERT_EQ(pids.size(), 3U);
  // WHY not KILL: with its first process a pid namespace ends anyway. TERM that one ignores, without a handler.
  EXPECT_EQ(verb({"kill", "--all", id_, "TERM"}).status.shell_code(), 0);
  wait_for_status("stopped");
  EXPECT_EQ(status(), "stopped");
  for (const int pid : pids)
    EXPECT_EQ(sys::process_state(pid).value_or('Z'), 'Z') << pid;
}

TEST_F(Flags, IdsAloneAreListed) {
  const Bundle bundle("sleep 100");
  start(bundle);
  EXPECT_EQ(verb({"list", "--quiet"}).text, id_ + "\n");
}

TEST_F(Flags, EachRootHasItsOwnContainers) {
  const Bundle bundle("sleep 100");
  start(bundle);
  EXPECT_NE(testing_bundle::run_program({testing_bundle::runtime(), "--root", root_ + "/other", "state", id_})
                .status.shell_code(),
            0);
  EXPECT_EQ(status(), "running");
}

TEST_F(Flags, ADocumentOfItsOwnMakingRuns) {
  Bundle bundle("");
  sys::unlink_if_present(bundle.path() + "/config.json");
  ASSERT_EQ(verb({"spec", "--bundle", bundle.path()}).status.shell_code(), 0);
  EXPECT_NE(verb({"spec", "--bundle", bundle.path()}).status.shell_code(), 0) << "a document was overwritten";
  bundle.config = nlohmann::json::parse(sys::read_file(bundle.path() + "/config.json"));
  bundle.config["process"]["args"] = {"/bin/sh", "-c", "echo made by spec"};
  bundle.config["process"]["terminal"] = false;
  const auto output = run(bundle);
  EXPECT_EQ(output.text, "made by spec\n") << output.errors;
}

TEST_F(Flags, WhatTheRuntimeCanDoIsAnObject) {
  const auto output = verb({"features"});
  if (!ours() && output.status.shell_code() != 0) GTEST_SKIP() << "crun 1.8.1 has no features";
  const auto features = nlohmann::json::parse(output.text);
  EXPECT_THAT(features.at("ociVersionMin").get<std::string>(), testing::StartsWith("1."));
  EXPECT_THAT(features.at("hooks").dump(), HasSubstr("createContainer"));
  EXPECT_THAT(features.at("linux").at("namespaces").dump(), HasSubstr("\"pid\""));
  EXPECT_THAT(features.at("linux").at("seccomp").at("actions").dump(), HasSubstr("SCMP_ACT_ERRNO"));
}

TEST_F(Flags, AKeyringIsTheContainersOwnUnlessTheCallersIsAskedFor) {
  if (!ours()) GTEST_SKIP() << "each runtime names its keyrings as it likes";
  Bundle bundle("cat /proc/keys");
  bundle.config["linux"].erase("maskedPaths");
  bundle.write();
  // Names of their own: the kernel takes its time to forget a keyring.
  EXPECT_THAT(verb({"run", "--no-new-keyring", "--bundle", bundle.path(), id_ + "-callers"}).text,
              testing::Not(HasSubstr("_ses." + id_ + "-callers")));
  EXPECT_THAT(verb({"run", "--bundle", bundle.path(), id_ + "-own"}).text, HasSubstr("_ses." + id_ + "-own"));
}

TEST_F(Flags, ADocumentElsewhereIsRunAndTheContainerKept) {
  if (!ours()) GTEST_SKIP() << "runc has no --config, crun no --keep";
  const Bundle bundle("echo ran");
  const std::string elsewhere = root_ + "/document.json";
  sys::replace_file(elsewhere, bundle.config.dump());
  sys::unlink_if_present(bundle.path() + "/config.json");
  const auto output = verb({"run", "--keep", "--config", elsewhere, "--bundle", bundle.path(), id_});
  EXPECT_EQ(output.text, "ran\n") << output.errors;
  EXPECT_EQ(status(), "stopped");
}

TEST_F(Flags, AnnotationsAreInTheState) {
  Bundle bundle("sleep 100");
  bundle.config["annotations"] = {{"org.example.key", "value"}};
  bundle.write();
  start(bundle);
  EXPECT_EQ(state().at("annotations").at("org.example.key"), "value");
}

TEST_F(Flags, WithoutPivotTheHostsTreeIsStillGone) {
  const Bundle bundle("[ -e /data ] && [ ! -e /home ] && echo apart");
  const std::string trace = bundle.path() + "/trace";
  std::vector<std::string> arguments = {"run", "--no-pivot", "--bundle", bundle.path(), id_};
  if (ours()) arguments.insert(arguments.begin(), {"--trace", trace});
  EXPECT_EQ(verb(arguments).text, "apart\n");
  if (!ours()) return;
  EXPECT_THAT(sys::read_file(trace), HasSubstr("\"chroot\""));
  EXPECT_THAT(sys::read_file(trace), testing::Not(HasSubstr("\"pivot_root\"")));
}

}  // namespace
