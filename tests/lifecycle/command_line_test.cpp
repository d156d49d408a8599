// The command line of mini-runtime: what engines and people type, and what comes back. Reads: runc(8), crun(1).
#include <unistd.h>

#include <filesystem>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

class CommandLine : public Runtime {
 protected:
  void SetUp() override {
    Runtime::SetUp();
    if (!ours()) GTEST_SKIP() << "only mini-runtime promises this";
  }
  void start(const std::vector<std::string>& globals = {}) {
    std::vector<std::string> all = globals;
    for (const std::string& word :
         {std::string("run"), std::string("--detach"), std::string("--bundle"), bundle_.path(), id_})
      all.push_back(word);
    const auto output = verb(all);
    ASSERT_EQ(output.status.shell_code(), 0) << output.errors;
  }
  Bundle bundle_{"sleep 100"};
};

TEST_F(CommandLine, TheVersionHasTheLinesThatEnginesRead) {
  const std::string text = verb({"--version"}).text;
  EXPECT_THAT(text,
              testing::MatchesRegex(
                  "mini-runtime version [0-9.]+\ncommit: [0-9a-z]+\nspec: 1\\.2\\.0\nlibseccomp: [0-9.]+\n"));
  EXPECT_EQ(verb({"-v"}).text, text);
}

// Who stands in for another runtime answers under its name, and in its form.
TEST_F(CommandLine, UnderAnotherNameItAnswersWithThat) {
  const std::string link = bundle_.path() + "/runc";
  std::filesystem::create_symlink(testing_bundle::runtime(), link);
  const auto under = [&](const char* flag) { return testing_bundle::run_program({link, flag}).text; };
  EXPECT_THAT(under("--version"), StartsWith("runc version "));
  EXPECT_THAT(under("--help"), StartsWith("NAME:\n   runc - Open Container Initiative runtime"));
  const std::string help = testing_bundle::run_program({link, "delete", "--help"}).text;
  EXPECT_THAT(help, StartsWith("NAME:\n   runc delete - "));
  EXPECT_THAT(help, HasSubstr("\nUsage: runc [OPTION...] delete CONTAINER\n"));
  const auto unknown = verb({"foo", "-h"});
  EXPECT_NE(unknown.status.shell_code(), 0);
  EXPECT_THAT(unknown.errors, HasSubstr("No help topic for 'foo'"));
}

TEST_F(CommandLine, LinesOfATerminalEndPlainlyInAPipe) {
  Bundle bundle("echo one; echo two");
  bundle.config["process"]["terminal"] = true;
  EXPECT_EQ(run(bundle).text, "one\ntwo\n");
}

TEST_F(CommandLine, EveryVerbHasHelpWithAnExample) {
  const std::string all = verb({"--help"}).text;
  for (const char* name : {"create", "start", "run", "state", "kill", "delete", "list", "exec", "pause",
                           "resume", "ps", "update", "events", "spec", "features", "explain"}) {
    EXPECT_THAT(all, HasSubstr(std::string("  ") + name)) << name;
    EXPECT_THAT(verb({name, "--help"}).text, HasSubstr(std::string("Example:\n  mini-runtime ") + name))
        << name;
  }
}

TEST_F(CommandLine, SystemdIsRefusedWhereAContainerWouldBeMade) {
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{"--systemd-cgroup"}, {"--cgroup-manager", "systemd"}}) {
    std::vector<std::string> create = flags, list = flags;
    create.insert(create.end(), {"create", "--bundle", bundle_.path(), id_});
    list.emplace_back("list");
    EXPECT_THAT(verb(create).errors, HasSubstr("native.cgroupdriver=cgroupfs"));
    EXPECT_EQ(verb(list).status.shell_code(), 0);
  }
  EXPECT_EQ(status(), "none");
}

TEST_F(CommandLine, WithoutACgroupManagerNoGroupIsMade) {
  start({"--cgroup-manager", "disabled"});
  EXPECT_FALSE(sys::exists("/sys/fs/cgroup/freezer/mini-runtime/" + id_));
  EXPECT_THAT(verb({"ps", "--format", "json", id_}).text,
              HasSubstr(std::to_string(state().at("pid").get<int>())));
  EXPECT_THAT(verb({"update", "--memory", "1g", id_}).errors, HasSubstr("no control group"));
}

TEST_F(CommandLine, DebugWritesPhasesToTheLog) {
  const std::string log = bundle_.path() + "/log";
  start({"--debug", "--log", log, "--log-format", "json"});
  std::istringstream lines(sys::read_file(log));
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line);
    EXPECT_EQ(entry.at("level"), "debug");
    all += entry.at("msg").get<std::string>() + "\n";
  }
  EXPECT_THAT(all, HasSubstr("runtime: control groups: "));
  EXPECT_THAT(all, HasSubstr("container: pivot into the rootfs: "));
}

TEST_F(CommandLine, ALogThatCannotBeWrittenIsAnErrorBeforeAnythingIsDone) {
  const auto output = verb({"--log", "/nowhere/log", "list"});
  EXPECT_NE(output.status.shell_code(), 0);
  EXPECT_THAT(output.errors, HasSubstr("/nowhere/log"));
}

TEST_F(CommandLine, SignalsHaveNamesAndNumbers) {
  for (const char* name : {"9", "KILL", "SIGKILL", "kill", "sigkill", "RTMIN+3", "SIGRTMAX-1", "37"}) {
    start();
    ASSERT_EQ(verb({"kill", id_, name}).status.shell_code(), 0) << name;
    verb({"delete", "--force", id_});
  }
  start();
  for (const char* name : {"NOTHING", "0x9", "99", "RTMIN+99", ""})
    EXPECT_NE(verb({"kill", id_, name}).status.shell_code(), 0) << name;
  // Sends nothing: only whether it could be sent.
  EXPECT_EQ(verb({"kill", id_, "0"}).status.shell_code(), 0);
  EXPECT_EQ(status(), "running");
}

TEST_F(CommandLine, TheListHasRuncsColumnsAndFields) {
  start();
  EXPECT_THAT(verb({"list"}).text, testing::ContainsRegex("^ID +PID +STATUS +BUNDLE +CREATED +OWNER\n"));
  EXPECT_EQ(verb({"list", "--quiet"}).text, id_ + "\n");
  const auto one = nlohmann::json::parse(verb({"list", "-f", "json"}).text).at(0);
  for (const char* field : {"ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "owner"})
    EXPECT_TRUE(one.contains(field)) << field;
}

TEST_F(CommandLine, PsTakesTheColumnsOfPs) {
  start();
  const bool procps = testing_bundle::run_program({"ps", "--version"}).text.starts_with("ps from procps");
  if (procps) {
    EXPECT_THAT(verb({"ps", id_}).text, StartsWith("UID"));
  }
  const std::string text = verb({"ps", id_, "-o", "pid,comm"}).text;
  EXPECT_THAT(text, testing::ContainsRegex("^ *PID +COMMAND\n *[0-9]+ (sh|sleep)\n"));
  EXPECT_THAT(verb({"ps", id_, "-o", "comm"}).errors, HasSubstr("no column PID"));
}

TEST_F(CommandLine, AnotherDocumentCanBeNamed) {
  sys::rename(bundle_.path() + "/config.json", bundle_.path() + "/other.json");
  EXPECT_EQ(
      verb({"run", "--detach", "-f", "other.json", "--bundle", bundle_.path(), id_}).status.shell_code(), 0);
}

TEST_F(CommandLine, FeaturesNameWhatIsCarriedOut) {
  const auto features = nlohmann::json::parse(verb({"features"}).text);
  const auto& seccomp = features.at("linux").at("seccomp");
  EXPECT_THAT(seccomp.at("archs").dump(), HasSubstr("SCMP_ARCH_X86_64"));
  for (const auto& action : seccomp.at("actions")) {
    Bundle bundle("true");
    // A rule for a call that nothing here makes.
    bundle.config["linux"]["seccomp"] = {{"defaultAction", "SCMP_ACT_ALLOW"},
                                         {"architectures", seccomp.at("archs")},
                                         {"syscalls", {{{"names", {"acct"}}, {"action", action}}}}};
    if (action == "SCMP_ACT_NOTIFY") continue;
    const auto output = run(bundle);
    EXPECT_EQ(output.status.shell_code(), 0) << action << output.errors;
  }
}

TEST_F(CommandLine, ResumeOfWhatIsNotPausedIsRefused) {
  start();
  EXPECT_THAT(verb({"resume", id_}).errors, HasSubstr("is not paused"));
}

TEST_F(CommandLine, KillAllReachesWhatIsLeftAndAStoppedContainerIsFine) {
  bundle_.config["process"]["args"][2] = "sleep 77 & sleep 88 & wait";
  bundle_.write();
  start();
  EXPECT_EQ(verb({"kill", "--all", id_, "KILL"}).status.shell_code(), 0);
  wait_for_status("stopped");
  EXPECT_EQ(verb({"ps", "--format", "json", id_}).text, "[]\n");
  EXPECT_EQ(verb({"kill", "--all", id_, "KILL"}).status.shell_code(), 0);
  EXPECT_THAT(verb({"kill", id_, "KILL"}).errors, HasSubstr("container not running"));
}

TEST_F(CommandLine, IntervalsAreLengthsOfTime) {
  start();
  for (const char* text : {"soon", "0s", "-1s", "5x", ""})
    EXPECT_THAT(verb({"events", "--interval", text, id_}).errors, HasSubstr("--interval")) << text;
}

}  // namespace
