// The commands at a real terminal, a pseudo-terminal as a user's: prompts, window size, Ctrl-C.
#include <gmock/gmock.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "tests/end-to-end/containers.h"

namespace {

constexpr char kControlC[] = "\x03";
constexpr int kNotDone = 125;

// One program that has a terminal of its own, and somebody who types.
class Screen {
 public:
  Screen(std::vector<std::string> command, winsize size) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (std::string& word : command)
      arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = ::forkpty(&master_, nullptr, nullptr, &size);
    if (pid_ != 0) return;
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }
  ~Screen() {
    ::close(master_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Reads until `text` has appeared since the last call; false if the program is silent for `milliseconds`, or ends.
  bool shows(const std::string& text, int milliseconds = 10'000) {
    while (seen_.find(text) == std::string::npos) {
      if (!read_some(milliseconds)) return false;
    }
    seen_.erase(0, seen_.find(text) + text.size());
    return true;
  }
  void type(const std::string& keys) {
    ASSERT_EQ(::write(master_, keys.data(), keys.size()), ssize_t(keys.size()));
  }
  void resize(winsize size) { ::ioctl(master_, TIOCSWINSZ, &size); }
  // Exit code, once it has ended; killed if it stays.
  int end() {
    while (read_some(10'000)) {
    }
    ::close(std::exchange(master_, -1));
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  const std::string& rest() const { return seen_; }

 private:
  bool read_some(int milliseconds) {
    pollfd ready{master_, POLLIN, 0};
    if (::poll(&ready, 1, milliseconds) != 1) return false;
    char buffer[4096];
    const ssize_t count = ::read(master_, buffer, sizeof buffer);
    if (count <= 0) return false;  // EIO: the last holder of the other end is gone
    seen_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }
  int master_ = -1;
  pid_t pid_ = -1;
  std::string seen_;
};

constexpr winsize kSmall = {24, 80, 0, 0};
constexpr winsize kLarge = {50, 132, 0, 0};

class Terminal : public e2e::Containers {};

TEST_F(Terminal, GivesTheProgramOneOfItsOwn) {
  Screen screen(run_command({"--rm", "-it", "busybox", "sh"}), kSmall);
  ASSERT_TRUE(screen.shows("#")) << screen.rest();
  screen.type("tty; stty size\r");
  EXPECT_TRUE(screen.shows("/dev/pts/0")) << screen.rest();
  EXPECT_TRUE(screen.shows("24 80")) << screen.rest();
  screen.resize(kLarge);
  // The signal travels to the command, and the size from there to the container's terminal.
  EXPECT_TRUE(e2e::eventually([&] {
    screen.type("stty size\r");
    return screen.shows("50 132", 200);
  })) << screen.rest();
  screen.type("exit 3\r");
  EXPECT_EQ(screen.end(), 3);
}

TEST_F(Terminal, SendsControlCToTheProgramAndNotToTheCommand) {
  Screen screen(run_command({"--rm", "-it", "busybox", "sh"}), kSmall);
  ASSERT_TRUE(screen.shows("#"));
  screen.type("sleep 1000\r");
  ASSERT_TRUE(screen.shows("sleep 1000"));
  // Again, should the first come before the shell has started what it is for.
  EXPECT_TRUE(e2e::eventually([&] {
    screen.type(std::string(kControlC) + "echo still $((40+2))\r");
    return screen.shows("still 42", 200);
  })) << screen.rest();
  screen.type("exit 0\r");
  EXPECT_EQ(screen.end(), 0);
}

TEST_F(Terminal, ControlCAtAnyStepLeavesNothingBehind) {
  constexpr int kMost = 60;
  int steps = 0;
  for (bool at_prompt = true; at_prompt && steps < kMost; ++steps) {
    Screen screen(run_command({"--rm", "--step", "busybox", "true"}), kSmall);
    for (int step = 0; at_prompt && step <= steps; ++step) {
      at_prompt = screen.shows("q to stop: ");
      if (at_prompt) screen.type(step < steps ? "\r" : kControlC);
    }
    const int code = screen.end();
    // Past the last prompt the program has run to its end.
    EXPECT_EQ(code, at_prompt ? kNotDone : 0) << "at step " << steps << ": " << screen.rest();
    EXPECT_EQ(leaks(), "") << "at step " << steps;
  }
  EXPECT_GT(steps, 10) << "so few phases cannot make a container";
  EXPECT_LT(steps, kMost);
}

}  // namespace
