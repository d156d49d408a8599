// SCMP_ACT_NOTIFY: a program of the host decides about a system call of the container.
// Reads: seccomp_unotify(2), runtime-spec config-linux.md (seccomp, the container process state).
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <thread>

#include "base/sys/socket.h"
#include "tests/lifecycle/runtime_fixture.h"

namespace {

using testing::HasSubstr;
using testing_bundle::Output;
using testing_runtime::Bundle;
using testing_runtime::Runtime;

// A listener that takes one message, and answers every question with `answer`, an errno; 0 lets the call go on.
class Decider {
 public:
  using Look = std::function<void(pid_t)>;
  // `look` is at who asks, and waits meanwhile.
  Decider(std::string path, int answer, Look look = {})
      : path_(std::move(path)), look_(std::move(look)), socket_(sys::listen_unix(path_)) {
    thread_ = std::thread([this, answer] { decide(answer); });
  }
  ~Decider() { wait(); }
  void wait() {
    if (!thread_.joinable()) return;
    // Whoever was never asked waits in accept(2).
    if (!asked_) sys::connect_unix(path_);
    thread_.join();
  }
  nlohmann::json message;
  int questions = 0;

 private:
  void decide(int answer) {
    const sys::UniqueFd peer = sys::accept(socket_.get());
    auto received = sys::receive_message(peer.get());
    asked_ = true;
    if (!received || received->descriptors.size() != 1) return;
    message = nlohmann::json::parse(received->bytes);
    const int filter = received->descriptors.front().get();
    while (true) {
      pollfd question{filter, POLLIN, 0};
      sys::poll({&question, 1}, 10000);
      if ((question.revents & POLLIN) == 0) return;
      seccomp_notif request{};
      if (::ioctl(filter, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) continue;
      ++questions;
      if (look_) look_(static_cast<pid_t>(request.pid));
      const unsigned go_on = answer == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
      seccomp_notif_resp response{request.id, 0, -answer, go_on};
      ::ioctl(filter, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }
  }
  std::string path_;
  Look look_;
  sys::UniqueFd socket_;
  std::atomic<bool> asked_ = false;
  std::thread thread_;
};

class Asked : public Runtime {
 protected:
  void SetUp() override {
    Runtime::SetUp();
    if (!ours()) GTEST_SKIP() << "the peers' ways to the same differ in what they demand of the profile";
  }
  static void ask_about_mkdir(Bundle& bundle) {
    bundle.config["linux"]["seccomp"] = {
        {"defaultAction", "SCMP_ACT_ALLOW"},
        {"listenerPath", bundle.path() + "/decider"},
        {"listenerMetadata", "about mkdir"},
        {"flags", {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"}},
        {"syscalls", {{{"names", {"mkdir", "mkdirat"}}, {"action", "SCMP_ACT_NOTIFY"}}}}};
  }
};

TEST_F(Asked, TheListenerDecidesAndKnowsWhoAsks) {
  for (const bool privileges : {true, false}) {
    Bundle bundle("mkdir /tmp/x");
    ask_about_mkdir(bundle);
    bundle.config["process"]["noNewPrivileges"] = privileges;
    Decider decider(bundle.path() + "/decider", EADDRNOTAVAIL);
    EXPECT_THAT(run(bundle).errors, HasSubstr("Cannot assign requested address"));
    decider.wait();
    EXPECT_EQ(decider.questions, 1);
    ASSERT_TRUE(decider.message.is_object());
    EXPECT_EQ(decider.message.at("fds"), nlohmann::json({"seccompFd"}));
    EXPECT_EQ(decider.message.at("metadata"), "about mkdir");
    EXPECT_EQ(decider.message.at("state").at("id"), id_);
    EXPECT_EQ(decider.message.at("pid"), decider.message.at("state").at("pid"));
    EXPECT_GT(decider.message.at("pid").get<int>(), 1);
  }
}

TEST_F(Asked, ExecIsAskedAboutToo) {
  Bundle bundle("sleep 100");
  ask_about_mkdir(bundle);
  bundle.write();
  {
    const Decider first(bundle.path() + "/decider", EADDRNOTAVAIL);
    ASSERT_EQ(verb({"create", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
    ASSERT_EQ(verb({"start", id_}).status.shell_code(), 0);
    sys::unlink_if_present(bundle.path() + "/decider");
    Decider second(bundle.path() + "/decider", EDOM);
    EXPECT_THAT(verb({"exec", id_, "/bin/mkdir", "/tmp/y"}).errors, HasSubstr("Numerical argument"));
    second.wait();
    EXPECT_EQ(second.message.at("state").at("status"), "running");
    EXPECT_NE(second.message.at("pid"), second.message.at("state").at("pid"));
    verb({"kill", id_, "KILL"});
  }
}

// What a root without any capability, as that of a container, is told about the program of another: 0 or an errno.
int look_into(pid_t pid) {
  sys::Child looker = sys::clone3({}, [pid] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[2] = {};
    char target[256];
    if (::syscall(SYS_capset, &header, none) != 0) return 255;
    return ::readlink(("/proc/" + std::to_string(pid) + "/exe").c_str(), target, sizeof target) > 0 ? 0
                                                                                                    : errno;
  });
  return looker.wait().code;
}

// The last moment of the runtime inside: it has no more power than its neighbours, who could trace it, were it not for that
// it is not dumpable. As long as nobody answers, it stays.
TEST_F(Asked, WhoWaitsForAnAnswerToItsExecveCannotBeLookedInto) {
  Bundle bundle("sleep 100");
  ask_about_mkdir(bundle);
  bundle.config["linux"]["seccomp"]["syscalls"][0]["names"] = {"execve"};
  bundle.config["process"]["capabilities"] = nlohmann::json::object();
  bundle.config["process"]["args"] = {"/bin/sleep", "100"};
  bundle.write();
  std::vector<int> told;
  const auto look = [&told](pid_t pid) { told.push_back(look_into(pid)); };
  const Decider first(bundle.path() + "/decider", 0, look);
  ASSERT_EQ(verb({"create", "--bundle", bundle.path(), id_}).status.shell_code(), 0);
  ASSERT_EQ(verb({"start", id_}).status.shell_code(), 0);
  sys::unlink_if_present(bundle.path() + "/decider");
  {
    const Decider second(bundle.path() + "/decider", 0, look);
    const Output output = verb({"exec", id_, "/bin/true"});
    EXPECT_EQ(output.status.shell_code(), 0) << output.errors;
  }
  EXPECT_EQ(look_into(state().at("pid").get<pid_t>()), 0) << "an ordinary program is no secret";
  verb({"kill", id_, "KILL"});
  wait_for_status("stopped");
  EXPECT_THAT(told, testing::ElementsAre(EACCES, EACCES));
}

TEST_F(Asked, AListenerThatIsNotThereFailsBeforeAnythingIsMade) {
  Bundle bundle("true");
  ask_about_mkdir(bundle);
  const auto output = run(bundle);
  EXPECT_NE(output.status.shell_code(), 0);
  EXPECT_THAT(output.errors, HasSubstr("linux.seccomp.listenerPath"));
  EXPECT_EQ(status(), "none");
}

}  // namespace
