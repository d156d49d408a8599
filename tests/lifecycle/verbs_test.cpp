// The verbs of the OCI runtime specification, against whatever runtime $RUNTIME names. Reads: runtime-spec runtime.md.
#include <unistd.h>

#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

TEST_F(Runtime, CreateWaitsStartRunsAndDeleteRemoves) {
  const Bundle bundle("echo started > /tmp/x; sleep 100");
  ASSERT_EQ(verb({"create", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  EXPECT_EQ(status(), "created");
  const auto before = state();
  EXPECT_EQ(before.at("id"), id_);
  EXPECT_EQ(before.at("bundle"), bundle.path());
  EXPECT_GT(before.at("pid").get<int>(), 0);
  ASSERT_EQ(verb({"start", id_}).status.shell_code(), 0);
  EXPECT_EQ(status(), "running");
  EXPECT_NE(verb({"start", id_}).status.shell_code(), 0) << "a running container was started again";
  EXPECT_NE(verb({"delete", id_}).status.shell_code(), 0) << "a running container was deleted";
  ASSERT_EQ(verb({"kill", id_, "KILL"}).status.shell_code(), 0);
  wait_for_status("stopped");
  EXPECT_EQ(status(), "stopped");
  EXPECT_NE(verb({"kill", id_, "TERM"}).status.shell_code(), 0) << "a stopped container was signalled";
  EXPECT_EQ(verb({"delete", id_}).status.shell_code(), 0);
  EXPECT_EQ(status(), "none");
}

TEST_F(Runtime, RunReturnsTheExitCode) {
  EXPECT_EQ(run(Bundle("exit 0")).status.shell_code(), 0);
  EXPECT_EQ(run(Bundle("exit 42")).status.shell_code(), 42);
  EXPECT_EQ(status(), "none");
}

TEST_F(Runtime, ASecondContainerOfTheSameNameIsRefused) {
  const Bundle bundle("sleep 100");
  ASSERT_EQ(verb({"create", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  EXPECT_NE(verb({"create", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  EXPECT_EQ(status(), "created") << "the refusal damaged the first";
}

TEST_F(Runtime, WhatDoesNotExistIsSaidSo) {
  for (const char* name : {"state", "start", "delete"})
    EXPECT_NE(verb({name, id_}).status.shell_code(), 0) << name;
  EXPECT_NE(verb({"kill", id_, "TERM"}).status.shell_code(), 0);
  EXPECT_EQ(verb({"delete", "--force", id_}).status.shell_code(), 0);
}

TEST_F(Runtime, ForceDeletesARunningContainer) {
  const Bundle bundle("sleep 100");
  ASSERT_EQ(verb({"run", "--detach", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  const int pid = state().at("pid");
  EXPECT_EQ(verb({"delete", "--force", id_}).status.shell_code(), 0);
  EXPECT_EQ(status(), "none");
  // Its new parent may not have reaped it yet.
  EXPECT_EQ(sys::process_state(pid).value_or('Z'), 'Z');
}

TEST_F(Runtime, ListNamesIt) {
  const Bundle bundle("sleep 100");
  ASSERT_EQ(verb({"create", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  EXPECT_THAT(verb({"list"}).text, HasSubstr(id_));
  const auto all = nlohmann::json::parse(verb({"list", "--format", "json"}).text);
  EXPECT_EQ(all.at(0).at("status"), "created");
}

TEST_F(Runtime, PauseStopsItAndResumeLetsItGoOn) {
  const Bundle bundle("sleep 100");
  ASSERT_EQ(verb({"run", "--detach", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  ASSERT_EQ(verb({"pause", id_}).status.shell_code(), 0);
  EXPECT_EQ(status(), "paused");
  ASSERT_EQ(verb({"resume", id_}).status.shell_code(), 0);
  EXPECT_EQ(status(), "running");
}

TEST_F(Runtime, AMissingProgramFailsTheCreation) {
  Bundle bundle("");
  bundle.config["process"]["args"] = {"no-such-program"};
  const auto output = run(bundle);
  EXPECT_NE(output.status.shell_code(), 0);
  EXPECT_THAT(output.errors, HasSubstr("no-such-program"));
  EXPECT_EQ(status(), "none");
  EXPECT_TRUE(!ours() || output.status.shell_code() == 127);
}

TEST_F(Runtime, ABadDocumentIsRefusedAndLeavesNothing) {
  Bundle bundle("true");
  bundle.config["root"]["path"] = 7;
  EXPECT_NE(run(bundle).status.shell_code(), 0);
  bundle.config["root"]["path"] = "not-there";
  EXPECT_NE(run(bundle).status.shell_code(), 0);
  EXPECT_EQ(status(), "none");
}

TEST_F(Runtime, ThePidFileHoldsThePid) {
  const Bundle bundle("sleep 100");
  const std::string file = bundle.path() + "/pid";
  ASSERT_EQ(verb({"create", "--bundle", bundle.path(), "--pid-file", file, id_}).status.shell_code(), 0);
  EXPECT_EQ(sys::read_file(file), std::to_string(state().at("pid").get<int>()));
}

TEST_F(Runtime, ExecRunsInTheSameNamespaces) {
  const Bundle bundle("sleep 100");
  ASSERT_EQ(verb({"run", "--detach", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  const auto output = verb({"exec", id_, "/bin/sh", "-c", "hostname; readlink /proc/self/ns/pid; exit 9"});
  EXPECT_EQ(output.status.shell_code(), 9);
  const int pid = state().at("pid");
  EXPECT_EQ(output.text, "box\n" + sys::readlink("/proc/" + std::to_string(pid) + "/ns/pid") + "\n");
}

TEST_F(Runtime, HooksGetTheStateAndTheirFailureFailsTheCreation) {
  Bundle bundle("true");
  const std::string seen = bundle.path() + "/seen";
  const nlohmann::json record = {{"path", "/bin/sh"}, {"args", {"sh", "-c", "cat > " + seen}}};
  bundle.config["hooks"] = {{"createRuntime", {record}}};
  EXPECT_EQ(run(bundle).status.shell_code(), 0);
  EXPECT_EQ(nlohmann::json::parse(sys::read_file(seen)).at("id"), id_);
  bundle.config["hooks"] = {{"createRuntime", {{{"path", "/bin/false"}}}}};
  EXPECT_NE(run(bundle).status.shell_code(), 0);
  EXPECT_EQ(status(), "none");
}

}  // namespace
