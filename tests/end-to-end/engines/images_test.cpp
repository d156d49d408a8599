// Images go from Docker and Podman to mini-container and back: layers with whiteouts, opaque directories, hard links,
// file modes and configuration arrive as they were. Reads: docker-save(1), docker-load(1), podman-save(1).
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "tests/end-to-end/engines/engine.h"
#include "tests/end-to-end/engines/view.h"
#include "tests/end-to-end/registry_server.h"

namespace {

using engines::Arguments;
using testing::HasSubstr;
using testing_bundle::Output;

// What the second layer does, and what must then be seen.
constexpr char kChange[] =
    "rm /etc/group; rm -r /tmp/old; mkdir /tmp/old; echo new > /tmp/old/new; ln /tmp/old/new /tmp/hard; "
    "chmod 4711 "
    "/tmp/hard; ln -s /nowhere /tmp/link; mkfifo /tmp/fifo";
constexpr char kSee[] =
    "ls /etc/group 2>&1; ls /tmp/old; cat /tmp/hard; stat -c '%h %a %F' /tmp/hard /tmp/fifo; readlink "
    "/tmp/link; echo $NAME; pwd";
constexpr char kSeen[] =
    "ls: /etc/group: No such file or directory\nnew\nnew\n2 4711 regular file\n1 644 "
    "fifo\n/nowhere\nvalue\n/tmp\n";

class Exchange : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::string why;
    engine_ = engines::shared_engine(GetParam(), why);
    if (engine_ == nullptr) GTEST_SKIP() << why;
    sys::mkdir_if_missing(engines::folder() + "/mini");
    tar_ = engines::folder() + "/" + GetParam() + ".tar";
    sys::unlink_if_present(tar_);
  }
  void TearDown() override {
    if (engine_ != nullptr) mini({"reset", "-f"});
  }

  // Standard output of mini-container; a failure is one of the test.
  static std::string mini(Arguments verb) {
    verb.insert(verb.begin(), {ISOLAB_BIN "/mini-container", "--root", engines::folder() + "/mini"});
    const Output output = testing_bundle::run_program(verb);
    EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
    return output.text;
  }
  std::string theirs(const Arguments& verb) const {
    const Output output = engine_->call(verb);
    EXPECT_EQ(output.status.shell_code(), 0) << verb.front() << ": " << output.errors;
    return output.text;
  }
  // An image of two layers, made by the engine under test.
  void make_two_layers() const {
    theirs({"run", "--name", "low", "box", "sh", "-c", "mkdir /tmp/old; echo old > /tmp/old/gone"});
    theirs({"commit", "low", "low:1"});
    theirs({"run", "--name", "high", "low:1", "sh", "-c", kChange});
    theirs({"commit", "--change", "ENV NAME=value", "--change", "WORKDIR /tmp", "--change", "CMD [\"sh\"]",
            "high", "app:1"});
    theirs({"rm", "low", "high"});
  }
  std::string run_ours(const std::string& image) const {
    return mini({"run", "--rm", "--network", "none", image, "sh", "-c", kSee});
  }
  // Under one tag each, whatever registry the engine puts before a name.
  std::string name_in_store() const { return mini({"images", "--format", "{{.Repository}}:{{.Tag}}"}); }

  engines::Engine* engine_ = nullptr;
  std::string tar_;
};

TEST_P(Exchange, WhatTheySaveWeLoadAndRun) {
  make_two_layers();
  theirs({"save", "-o", tar_, "app:1"});
  EXPECT_THAT(mini({"load", "-i", tar_}), HasSubstr("app:1\n"));
  const std::string name = name_in_store();
  EXPECT_EQ(run_ours(name.substr(0, name.find('\n'))), kSeen);
  EXPECT_EQ(mini({"image", "inspect", "--format", "{{len .RootFS.Layers}}", name.substr(0, name.find('\n'))}),
            "3\n");
}

TEST_P(Exchange, WhatWeSaveTheyLoadAndRun) {
  make_two_layers();
  theirs({"save", "-o", tar_, "app:1"});
  mini({"load", "-i", tar_});
  const std::string listed = name_in_store();
  mini({"tag", listed.substr(0, listed.find('\n')), "ours:2"});
  const std::string id = mini({"image", "inspect", "--format", "{{.Id}}", "ours:2"});
  sys::unlink_if_present(tar_);
  mini({"save", "-o", tar_, "ours:2"});
  theirs({"load", "-i", tar_});
  EXPECT_EQ(theirs({"run", "--rm", "ours:2", "sh", "-c", kSee}), kSeen);
  const std::string their_id = theirs({"image", "inspect", "--format", "{{.Id}}", "ours:2"});
  EXPECT_THAT(id, HasSubstr(their_id.substr(0, their_id.size() - 1))) << "the same image has the same id";
}

// Docker of this version knows no such form.
class OciArchives : public Exchange {};

TEST_P(OciArchives, AreWhatWeSaveToo) {
  mini({"run", "--rm", "--network", "none", "busybox", "true"});
  mini({"save", "-o", tar_, "busybox"});
  const std::string id = theirs({"pull", "-q", "oci-archive:" + tar_});
  EXPECT_EQ(theirs({"run", "--rm", id.substr(0, 64), "echo", "hello"}), "hello\n");
  EXPECT_EQ(mini({"image", "inspect", "--format", "{{.Id}}", "busybox"}), "sha256:" + id);
}

TEST_P(Exchange, TheDefaultImageRunsThereToo) {
  mini({"run", "--rm", "--network", "none", "busybox", "true"});
  mini({"save", "-o", tar_, "busybox"});
  EXPECT_THAT(theirs({"load", "-i", tar_}), HasSubstr("busybox:latest"));
  EXPECT_EQ(theirs({"run", "--rm", "busybox:latest", "echo", "hello"}), "hello\n");
}

TEST_P(OciArchives, AreLoadedToo) {
  make_two_layers();
  theirs({"save", "--format", "oci-archive", "-o", tar_, "app:1"});
  EXPECT_THAT(mini({"load", "-i", tar_}), HasSubstr("app:1\n"));
  const std::string name = name_in_store();
  EXPECT_EQ(run_ours(name.substr(0, name.find('\n'))), kSeen);
}

// Over a registry on the loopback of the test's own network.
TEST_P(Exchange, ARegistryCarriesThemBothWays) {
  if (!e2e::RegistryServer::installed()) GTEST_SKIP() << "docker-registry is not installed";
  const e2e::RegistryServer server(engines::folder() + "/registry-" + GetParam());
  const bool podman = GetParam() == std::string("podman");
  const auto transfer = [&](const char* verb, const std::string& name) {
    theirs(podman ? Arguments{verb, "--tls-verify=false", name} : Arguments{verb, name});
  };
  make_two_layers();
  const std::string from_them = server.host() + "/theirs:1", from_us = server.host() + "/ours:1";
  theirs({"tag", "app:1", from_them});
  transfer("push", from_them);
  mini({"pull", "-q", from_them});
  EXPECT_EQ(run_ours(from_them), kSeen);
  mini({"run", "--rm", "--network", "none", "busybox", "true"});
  mini({"tag", "busybox", from_us});
  mini({"push", from_us});
  transfer("pull", from_us);
  EXPECT_EQ(theirs({"run", "--rm", from_us, "echo", "hello"}), "hello\n");
}

INSTANTIATE_TEST_SUITE_P(Engines, OciArchives, testing::Values("podman"),
                         [](const auto& test) { return std::string(test.param); });
INSTANTIATE_TEST_SUITE_P(Engines, Exchange, testing::Values("docker", "podman"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
