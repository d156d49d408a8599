// The commands at a real terminal, a pseudo-terminal as a user's: prompts, window size, Ctrl-C.
#include <gmock/gmock.h>

#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/screen.h"

namespace {

using e2e::kSmall;
using e2e::Screen;

constexpr char kControlC[] = "\x03";
constexpr int kNotDone = 125;

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
  if (std::getenv("RUNTIME") != nullptr) GTEST_SKIP() << "only mini-runtime asks at its phases";
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
