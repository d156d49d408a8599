// The verbs on containers in the background, several at once, and what is left when programs are killed.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <random>

#include "base/sys/fd.h"
#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using ::testing::HasSubstr;
using ::testing::Not;

class Life : public e2e::Containers {
 protected:
  // The container-monitor of `id`.
  static std::string monitor_of(const std::string& id) {
    return e2e::run({"pgrep", "-f", "container-monitor id=" + id}).out;
  }
};

TEST_F(Life, GoesFromRunningToExitedToGone) {
  detached({"--name", "web", "busybox", "sh", "-c", "echo hello; exec sleep 100"});
  EXPECT_THAT(mini({"ps"}).out, HasSubstr("web"));
  EXPECT_TRUE(e2e::eventually([&] { return mini({"logs", "web"}).out == "hello\n"; }));
  EXPECT_EQ(inspect("web")["State"]["Running"], true);
  EXPECT_EQ(mini({"rm", "web"}).code, 1) << "a running container needs -f";
  EXPECT_EQ(mini({"stop", "-t", "0", "web"}).code, 0);
  EXPECT_THAT(mini({"ps"}).out, Not(HasSubstr("web")));
  EXPECT_THAT(mini({"ps", "-a"}).out, HasSubstr("Exited (137)"));
  EXPECT_EQ(leaks(), "");
  EXPECT_EQ(mini({"start", "web"}).code, 0);
  EXPECT_EQ(inspect("web")["State"]["Running"], true);
  EXPECT_EQ(mini({"rm", "-f", "web"}).code, 0);
  EXPECT_THAT(mini({"ps", "-a"}).out, Not(HasSubstr("web")));
}

TEST_F(Life, TakesMoreProcessesByExec) {
  detached({"--name", "web", "busybox", "sleep", "100"});
  const Result result = mini({"exec", "-e", "A=b", "web", "sh", "-c", "echo $A"});
  if (result.err.find("exec is not there yet") != std::string::npos)
    GTEST_SKIP() << "the runtime has no exec";
  EXPECT_EQ(result.out, "b\n") << result.err;
  EXPECT_EQ(mini({"exec", "web", "sh", "-c", "exit 5"}).code, 5);
  EXPECT_THAT(mini({"exec", "-t", "web", "tty"}).out, HasSubstr("/dev/"));
  EXPECT_EQ(mini({"exec", "web", "nosuchprogram"}).code, 127);
}

TEST_F(Life, IsKnownByNameAndByTheFirstDigitsOfItsId) {
  const std::string id = detached({"--name", "one", "busybox", "sleep", "100"});
  EXPECT_EQ(inspect(id.substr(0, 6))["Name"], "/one");
  EXPECT_EQ(run_container({"--name", "one", "busybox", "true"}).code, 125) << "the name is taken";
  EXPECT_EQ(mini({"inspect", "nosuch"}).code, 1);
  EXPECT_EQ(mini({"kill", "one", "nosuch"}).code, 1);
  EXPECT_TRUE(e2e::eventually([&] { return inspect("one")["State"]["ExitCode"] == 137; }));
}

TEST_F(Life, EndsWithItsExitCodeForThoseWhoWait) {
  detached({"--rm", "--name", "brief", "busybox", "sh", "-c", "sleep 0.3; exit 9"});
  EXPECT_EQ(mini({"wait", "brief"}).out, "9\n");
  EXPECT_TRUE(e2e::eventually([&] { return mini({"ps", "-aq"}).out.empty(); }));
}

TEST_F(Life, StopsPolitelyFirst) {
  detached({"--name", "polite", "busybox", "sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.1; done"});
  EXPECT_EQ(mini({"stop", "polite"}).code, 0);
  EXPECT_EQ(inspect("polite")["State"]["ExitCode"], 3);
}

TEST_F(Life, ExecTakesInputPlaceAndUser) {
  detached({"--name", "web", "busybox", "sleep", "100"});
  EXPECT_EQ(mini({"exec", "-i", "web", "cat"}, "typed").out, "typed");
  EXPECT_EQ(mini({"exec", "web", "cat"}, "typed").out, "");
  EXPECT_EQ(mini({"exec", "-w", "/tmp", "-u", "12:34", "web", "sh", "-c", "pwd; id -u; id -g"}).out,
            "/tmp\n12\n34\n");
}

TEST_F(Life, KillSendsTheSignalAskedFor) {
  detached({"--name", "web", "busybox", "sh", "-c",
            "trap 'exit 4' USR1; echo ready; while :; do sleep 0.1; done"});
  ASSERT_TRUE(e2e::eventually([&] { return mini({"logs", "web"}).out == "ready\n"; }));
  EXPECT_EQ(mini({"kill", "-s", "USR1", "web"}).out, "web\n");
  EXPECT_EQ(mini({"wait", "web"}).out, "4\n");
  EXPECT_EQ(mini({"kill", "web"}).code, 1) << "it does not run any more";
}

TEST_F(Life, ListsAsTableIdsAndJson) {
  const std::string id = detached({"--name", "web", "busybox", "sleep", "100"});
  EXPECT_EQ(mini({"ps", "-q"}).out, id.substr(0, 12) + "\n");
  EXPECT_EQ(mini({"ps", "-q", "--no-trunc"}).out, id + "\n");
  EXPECT_EQ(nlohmann::json::parse(mini({"ps", "--format", "json"}).out)["Names"], "web");
}

TEST_F(Life, LogsAreFollowedUntilTheEnd) {
  detached({"--name", "web", "busybox", "sh", "-c", "echo first; sleep 0.5; echo second >&2"});
  const Result followed = mini({"logs", "-f", "web"});
  EXPECT_EQ(followed.out, "first\n");
  EXPECT_EQ(followed.err, "second\n");
  EXPECT_THAT(mini({"logs", "-t", "web"}).out, testing::MatchesRegex("20[0-9-]+T[0-9:.]+Z first\n"));
}

TEST_F(Life, ImagesAreImportedListedInspectedExportedAndRemoved) {
  const std::string tar = root_ + "/image.tar";
  ASSERT_EQ(mini({"image", "export", "busybox", "-o", tar}).code, 0);
  ASSERT_EQ(mini({"import", tar, "copy:1"}).code, 0);
  EXPECT_THAT(mini({"images"}).out, testing::ContainsRegex("copy +1 "));
  const std::string id = nlohmann::json::parse(mini({"image", "inspect", "copy:1"}).out).at(0)["Id"];
  EXPECT_THAT(mini({"image", "ls", "-q"}).out, HasSubstr(id.substr(id.find(':') + 1, 12)));
  EXPECT_EQ(run_container({"--rm", "copy:1", "echo", "works"}).out, "works\n");
  EXPECT_EQ(mini({"rmi", "copy:1"}).code, 0);
  EXPECT_EQ(mini({"image", "import", tar, "copy:1"}).code, 0);
  EXPECT_EQ(mini({"image", "rm", "-f", "copy:1"}).code, 0);
  EXPECT_EQ(mini({"rmi", "copy:1"}).code, 1);
}

TEST_F(Life, DoctorTriesWhatTheHostCanDo) {
  bool overlay = false;
  for (const auto& check : nlohmann::json::parse(mini({"doctor", "--format", "json"}).out))
    overlay = overlay || (check["name"] == "overlay" && check["works"] == true);
  EXPECT_TRUE(overlay);
}

TEST_F(Life, PruneForgetsWhatHasEnded) {
  const std::string running = detached({"busybox", "sleep", "100"});
  EXPECT_EQ(run_container({"--name", "ended", "busybox", "true"}).code, 0);
  EXPECT_THAT(mini({"prune", "-f"}).out, testing::ContainsRegex("Deleted container: [0-9a-f]+\n"));
  EXPECT_EQ(mini({"ps", "-aq", "--no-trunc"}).out, running + "\n");
}

// One connection to 127.0.0.1:PORT; what the other side says.
std::string answer_of(int port) {
  const sys::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return "refused";
  return sys::read_to_end(socket.get());
}

TEST_F(Life, PublishesAPortToTheHost) {
  const int port = 20000 + ::getpid() % 20000;
  detached({"--name", "server", "-p", std::to_string(port) + ":7000", "busybox", "sh", "-c",
            "while :; do echo hello | nc -l -p 7000; done"});
  EXPECT_TRUE(e2e::eventually([&] { return answer_of(port) == "hello\n"; }));
  EXPECT_EQ(mini({"rm", "-f", "server"}).code, 0);
  EXPECT_EQ(answer_of(port), "refused");
}

TEST_F(Life, LetsTwoContainersTalk) {
  detached({"--name", "server", "busybox", "sh", "-c", "while :; do echo hello | nc -l -p 7000; done"});
  const std::string address = inspect("server")["NetworkSettings"]["IPAddress"];
  EXPECT_TRUE(e2e::eventually([&] {
    return run_container({"--rm", "busybox", "nc", "-w", "2", address, "7000"}).out == "hello\n";
  }));
}

TEST_F(Life, LeavesNothingWhenTheMonitorIsKilled) {
  const std::string id = detached({"--name", "orphan", "busybox", "sleep", "1000"});
  const std::string monitor = monitor_of(id);
  ASSERT_FALSE(monitor.empty());
  ::kill(std::stoi(monitor), SIGKILL);
  // It still has to die: until then it holds its lock.
  EXPECT_TRUE(e2e::eventually([&] { return !leaks().empty(); }))
      << "a container without a guardian must be reported";
  EXPECT_EQ(mini({"ps"}).code, 0);
  EXPECT_EQ(leaks(), "");
  EXPECT_EQ(inspect("orphan")["State"]["ExitCode"], 137);
}

TEST_F(Life, LeavesNothingWhenTheCommandIsKilledAtAnyMoment) {
  std::mt19937 random(20260101);
  for (int round = 0; round < 25; ++round) {
    sys::SpawnOptions options;
    options.error = -1;
    auto command = run_command(round % 2 == 0 ? std::vector<std::string>{"--rm", "busybox", "sleep", "1000"}
                                              : std::vector<std::string>{"-d", "busybox", "sleep", "1000"});
    sys::Child child = sys::spawn(command, options);
    ::usleep(static_cast<useconds_t>(random() % 60'000));
    child.kill(SIGKILL);
    child.wait();
    // A monitor in the middle of its work notices by itself, and does not when it was told to go on.
    EXPECT_TRUE(e2e::eventually([&] {
      mini({"ps"});
      return leaks().empty();
    })) << "round "
        << round << "\n"
        << leaks();
  }
}

TEST_F(Life, HoldsAHundredAtOnce) {
  constexpr int kCount = 100;
  std::vector<sys::Child> children;
  for (int number = 0; number < kCount; ++number) {
    sys::SpawnOptions options;
    children.push_back(sys::spawn(run_command({"-d", "busybox", "sleep", "1000"}), options));
  }
  int started = 0;
  for (sys::Child& child : children)
    started += child.wait().shell_code() == 0 ? 1 : 0;
  EXPECT_EQ(started, kCount);
  const std::string ids = mini({"ps", "-q"}).out;
  EXPECT_EQ(std::count(ids.begin(), ids.end(), '\n'), kCount);
  std::vector<std::string> remove = {"rm", "-f"};
  std::istringstream words(ids);
  for (std::string id; words >> id;)
    remove.push_back(id);
  EXPECT_EQ(mini(remove).code, 0);
  EXPECT_EQ(leaks(), "");
}

}  // namespace
