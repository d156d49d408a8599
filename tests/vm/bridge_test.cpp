// A VM on a bridge beside containers, in an engine's root of its own: who finds whom by name, and what is left when somebody is
// killed. One boot serves many expectations: emulated, a boot is the expensive part.
#include <gmock/gmock.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/sys/file.h"
#include "tests/vm/detached_fixture.h"

namespace {

using testing::HasSubstr;
using testing::Not;
using vmtest::eventually;
using vmtest::Result;
using vmtest::run_program;
using vmtest::VmDetached;

class VmBridge : public VmDetached {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "bridges and taps need root";
    if (!sys::exists("/dev/net/tun")) GTEST_SKIP() << "this host has no /dev/net/tun";
    if (!sys::exists("/usr/lib/podman/aardvark-dns")) GTEST_SKIP() << "aardvark-dns is not installed";
    VmDetached::SetUp();
    if (IsSkipped()) return;
    // vm-launcher hands its environment to the mini-container that it asks.
    ::setenv("MINI_CONTAINER_ROOT", root_.c_str(), 1);
    ASSERT_EQ(mini({"network", "create", "lecture"}).code, 0);
  }
  void TearDown() override {
    if (!sys::exists(root_)) return;
    launcher({"rm", "-f", name_});
    EXPECT_EQ(mini({"reset", "-f"}).code, 0);
    ::unsetenv("MINI_CONTAINER_ROOT");
    std::filesystem::remove_all(root_);
  }
  static Result mini(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), ISOLAB_BIN "/mini-container");
    return run_program(arguments);
  }
  // A web server that says `word`, for containers and guests.
  static std::vector<std::string> server(const std::string& word) {
    return {"sh", "-c", "echo " + word + " > /index.html; exec busybox httpd -f -p 80 -h /"};
  }
  void start_vm(std::vector<std::string> options) const {
    options.insert(options.end(), {"--network", "lecture"});
    start(options, server("vm"));
  }
  static std::vector<std::string> fetch(const std::string& from) {
    return {"busybox", "timeout", "3", "busybox", "wget", "-q", "-O", "-", "http://" + from + "/"};
  }
  // What a command says once it says something.
  static std::string said(std::vector<std::string> command, const std::string& from) {
    for (const std::string& word : fetch(from))
      command.push_back(word);
    std::string answer;
    eventually([&] { return !(answer = run_program(command).output).empty(); });
    return answer;
  }
  nlohmann::json members() const {
    return nlohmann::json::parse(mini({"network", "inspect", "lecture"}).output).at(0).at("Containers");
  }
  static std::string leaks() { return mini({"doctor", "--leaks"}).output; }
  std::string link() const { return state().at("link"); }
  static bool is_there(const std::string& link) { return sys::exists("/sys/class/net/" + link); }

  const std::string root_ = "/tmp/isolab-vm-" + std::to_string(::getpid());
};

TEST_F(VmBridge, AContainerAndAVmFetchAPageFromEachOtherByName) {
  const std::string port = std::to_string(20000 + ::getpid() % 20000);
  std::vector<std::string> container = {"run", "-d", "--name", "box", "--network", "lecture", "busybox"};
  for (const std::string& word : server("container"))
    container.push_back(word);
  ASSERT_EQ(mini(container).code, 0);
  start_vm({"-p", port + ":80"});

  const std::string program = ISOLAB_BIN "/mini-container", machine = ISOLAB_BIN "/vm-launcher";
  EXPECT_EQ(said({program, "exec", "box"}, name_), "vm\n");
  EXPECT_EQ(said({machine, "exec", name_, "--"}, "box"), "container\n");
  EXPECT_EQ(said({}, "127.0.0.1:" + port), "vm\n") << "published as a container's port";

  EXPECT_EQ(members().size(), 2U) << members();
  const auto view = nlohmann::json::parse(verb({"inspect", name_}).output).at(0).at("NetworkSettings");
  EXPECT_EQ(view.at("Network"), "lecture");
  EXPECT_THAT(members().dump(), HasSubstr(view.at("IPAddress")));
  EXPECT_THAT(mini({"network", "rm", "lecture"}).error, HasSubstr("has active endpoints"));
  EXPECT_THAT(mini({"network", "prune", "-f"}).output, Not(HasSubstr("lecture")));
  EXPECT_THAT(leaks(), HasSubstr("nothing was left behind"));

  const std::string tap = link();
  ASSERT_TRUE(is_there(tap));
  EXPECT_EQ(verb({"stop", "-t", "1", name_}).code, 0);
  EXPECT_FALSE(is_there(tap));
  EXPECT_EQ(members().size(), 1U) << members();
  EXPECT_THAT(leaks(), HasSubstr("nothing was left behind"));
}

TEST_F(VmBridge, NothingOfItStaysWhoeverIsKilled) {
  start_vm({});
  const std::string tap = link();
  sys::kill_if_present(state().at("launcher").at("pid"), SIGKILL);
  std::string left;
  EXPECT_TRUE(eventually([&] {
    return (left = leaks()).find("guest of no machine: " + name_) != std::string::npos;
  })) << left;
  EXPECT_EQ(mini({"ps"}).code, 0) << "the next command of mini-container";
  EXPECT_FALSE(is_there(tap));
  EXPECT_THAT(leaks(), HasSubstr("nothing was left behind"));

  EXPECT_TRUE(eventually([&] { return state().at("status") == "exited"; }));
  ASSERT_EQ(verb({"start", name_}).code, 0);
  sys::kill_if_present(state().at("launcher").at("pid"), SIGKILL);
  EXPECT_EQ(state().at("status"), "exited") << "the next command of vm-launcher";
  EXPECT_FALSE(is_there(tap));
  EXPECT_THAT(leaks(), HasSubstr("nothing was left behind"));

  ASSERT_EQ(verb({"start", name_}).code, 0);
  EXPECT_TRUE(is_there(tap));
  sys::kill_if_present(state().at("qemu").at("pid"), SIGKILL);
  EXPECT_TRUE(eventually([&] { return !is_there(tap); })) << "its supervisor lives";
  EXPECT_THAT(leaks(), HasSubstr("nothing was left behind"));
}

TEST_F(VmBridge, WhereItCannotStandIsSaid) {
  const std::vector<std::pair<std::string, std::string>> refusals = {
      {"nosuch", "network nosuch not found"}, {"host", "has no bridge"}, {"none", "-p with --network none"}};
  for (const auto& [network, reason] : refusals) {
    const auto refused = run({"--network", network, "-p", "1:1"}, {"true"});
    EXPECT_EQ(refused.code, 125) << network;
    EXPECT_THAT(refused.error, HasSubstr(reason)) << network;
  }
  ASSERT_EQ(mini({"create", "--name", name_, "busybox"}).code, 0);
  EXPECT_THAT(run({"--network", "lecture", "--name", name_}, {"true"}).error,
              HasSubstr("the name " + name_ + " is in use by a container"));
  EXPECT_EQ(mini({"rm", name_}).code, 0);
  EXPECT_THAT(run({"--network", "lecture", "--profile", "tiny"}, {"true"}).error, HasSubstr("no virtio"));
  EXPECT_FALSE(sys::exists(folder()));
  EXPECT_THAT(leaks(), HasSubstr("nothing was left behind"));
}

}  // namespace
