// Hooks of all six kinds: when and where they run, what they are told, and what their failure means.
// Reads: runtime-spec config.md (POSIX-platform hooks), runtime.md (lifecycle).
#include <fmt/format.h>
#include <unistd.h>

#include <sstream>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

class Hooks : public Runtime {
 protected:
  // A hook that appends `line` to the file "log" of the bundle; startContainer's hooks see only the image.
  static nlohmann::json hook(const Bundle& bundle, const std::string& line, const std::string& then = "") {
    return {{"path", "/bin/sh"},
            {"args", {"sh", "-c", "echo " + line + " >> " + bundle.path() + "/log; " + then}}};
  }
  static std::vector<std::string> log(const Bundle& bundle) {
    std::vector<std::string> lines;
    std::istringstream text(sys::read_file_if_present(bundle.path() + "/log").value_or(""));
    for (std::string line; std::getline(text, line);)
      lines.push_back(line);
    return lines;
  }
};

TEST_F(Hooks, RunInTheOrderOfTheSpecification) {
  Bundle bundle("echo program; sleep 1");
  bundle.config["root"]["readonly"] = false;
  auto& hooks = bundle.config["hooks"];
  for (const char* kind : {"poststop", "poststart", "createContainer", "createRuntime", "prestart"})
    hooks[kind] = {hook(bundle, std::string(kind) + "-1"), hook(bundle, std::string(kind) + "-2")};
  hooks["startContainer"] = {
      {{"path", "/bin/sh"}, {"args", {"sh", "-c", "echo startContainer > /data/seen"}}}};
  const auto output = run(bundle);
  EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
  EXPECT_THAT(log(bundle), ElementsAre("prestart-1", "prestart-2", "createRuntime-1", "createRuntime-2",
                                       "createContainer-1", "createContainer-2", "poststart-1", "poststart-2",
                                       "poststop-1", "poststop-2"));
  EXPECT_EQ(sys::read_file(bundle.rootfs("/data/seen")), "startContainer\n");
}

TEST_F(Hooks, AreToldTheStateAndRunInTheNamespacesOfTheSpecification) {
  Bundle bundle("true");
  auto& hooks = bundle.config["hooks"];
  const std::string file = bundle.path() + "/";
  for (const char* kind : {"createRuntime", "createContainer"}) {
    const std::string script =
        fmt::format("cat > {0}; readlink /proc/self/ns/uts > {0}.ns; env > {0}.env", file + kind);
    hooks[kind] = {
        {{"path", "/bin/sh"}, {"args", {"sh", "-c", script}}, {"env", {"PATH=/bin:/usr/bin", "MINE=1"}}}};
  }
  EXPECT_EQ(run(bundle).status.shell_code(), 0);
  for (const char* kind : {"createRuntime", "createContainer"}) {
    const auto told = nlohmann::json::parse(sys::read_file(file + kind));
    EXPECT_EQ(told.at("id"), id_);
    EXPECT_EQ(told.at("bundle"), bundle.path());
    // crun says "created" already; both peers tell hooks inside the pid that they themselves see there.
    if (ours()) {
      EXPECT_EQ(told.at("status"), "creating") << kind;
      EXPECT_GT(told.at("pid").get<int>(), 1) << kind;
    }
    EXPECT_THAT(sys::read_file(file + kind + ".env"), HasSubstr("MINE=1"));
    EXPECT_THAT(sys::read_file(file + kind + ".env"), Not(HasSubstr("HOME=")));
  }
  EXPECT_EQ(sys::read_file(file + "createRuntime.ns"), sys::readlink("/proc/self/ns/uts") + "\n");
  EXPECT_NE(sys::read_file(file + "createContainer.ns"), sys::readlink("/proc/self/ns/uts") + "\n");
}

TEST_F(Hooks, AFailureBeforeTheStartStopsTheContainerAndPoststopStillRuns) {
  if (!ours()) GTEST_SKIP() << "the peers of Debian 12 differ in whether poststop runs then";
  for (const char* kind : {"prestart", "createRuntime", "createContainer"}) {
    Bundle bundle("echo program");
    bundle.config["hooks"] = {{kind, {hook(bundle, "failing", "exit 3"), hook(bundle, "never")}},
                              {"poststop", {hook(bundle, "poststop")}}};
    const auto output = run(bundle);
    EXPECT_NE(output.status.shell_code(), 0);
    EXPECT_THAT(output.errors, HasSubstr(std::string("hooks.") + kind + "[0]: /bin/sh ended with 3"));
    EXPECT_EQ(output.text, "");
    EXPECT_THAT(log(bundle), ElementsAre("failing", "poststop")) << kind;
    EXPECT_EQ(status(), "none");
  }
}

TEST_F(Hooks, AFailureOfStartContainerStopsTheContainer) {
  Bundle bundle("echo program");
  bundle.config["hooks"]["startContainer"] = {{{"path", "/bin/sh"}, {"args", {"sh", "-c", "exit 3"}}}};
  bundle.write();
  ASSERT_EQ(verb({"create", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  const auto output = verb({"start", id_});
  // The peers' start does not wait for these hooks, so it cannot say so.
  if (ours()) {
    EXPECT_NE(output.status.shell_code(), 0);
  }
  EXPECT_EQ(output.text, "");
  wait_for_status("stopped");
  EXPECT_EQ(status(), "stopped");
  EXPECT_EQ(verb({"delete", id_}).status.shell_code(), 0);
}

TEST_F(Hooks, WhatAHookSaysInATerminalBeforeItFailsIsShown) {
  if (!ours()) GTEST_SKIP() << "the peers put it into their own message";
  Bundle bundle("echo program");
  bundle.config["process"]["terminal"] = true;
  bundle.config["hooks"]["startContainer"] = {
      {{"path", "/bin/sh"}, {"args", {"sh", "-c", "echo no such thing >&2; exit 3"}}}};
  const auto output = run(bundle);
  EXPECT_EQ(output.text, "no such thing\n");
  EXPECT_THAT(output.errors, HasSubstr("hooks.startContainer[0]: /bin/sh ended with 3"));
}

TEST_F(Hooks, AFailureAfterTheStartIsAWarningAndTheRestGoesOn) {
  if (!ours()) GTEST_SKIP() << "the peers of Debian 12 follow an older rule";
  for (const char* kind : {"poststart", "poststop"}) {
    Bundle bundle("echo program; sleep 1");
    bundle.config["hooks"] = {{kind, {hook(bundle, "failing", "exit 3"), hook(bundle, "next")}}};
    bundle.write();
    const std::string file = bundle.path() + "/runtime.log";
    const auto output = verb({"--log", file, "--log-format", "json", "run", "--bundle", bundle.path(), id_});
    EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
    EXPECT_EQ(output.text, "program\n");
    EXPECT_THAT(log(bundle), ElementsAre("failing", "next")) << kind;
    const auto line = nlohmann::json::parse(sys::read_file(file));
    EXPECT_EQ(line.at("level"), "warning");
    EXPECT_THAT(line.at("msg"), HasSubstr(std::string("hooks.") + kind + "[0]"));
  }
}

TEST_F(Hooks, AHookThatTakesTooLongIsKilled) {
  Bundle bundle("echo program");
  bundle.config["hooks"]["createRuntime"] = {
      {{"path", "/bin/sh"}, {"args", {"sh", "-c", "exec sleep 100"}}, {"timeout", 1}}};
  const auto output = run(bundle);
  EXPECT_NE(output.status.shell_code(), 0);
  EXPECT_EQ(output.text, "");
  EXPECT_TRUE(!ours() || output.errors.find("did not end within 1 s") != std::string::npos) << output.errors;
}

}  // namespace
