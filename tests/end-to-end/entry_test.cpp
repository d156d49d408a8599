// ./isolab, the one entry: what it runs for somebody who only wants to look. Its compare, test and build are what runs these
// tests; here are the commands for people at a terminal.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "tests/end-to-end/containers.h"
#include "tests/end-to-end/screen.h"

namespace {

using e2e::kSmall;
using e2e::Screen;
using testing::AllOf;
using testing::HasSubstr;

// The first start of these may be waiting for a check of the build.
constexpr int kPatience = 60'000;

class Entry : public testing::Test {
 protected:
  void SetUp() override {
    // With the programs under test, not with those of another build.
    const std::filesystem::path build = std::filesystem::path(ISOLAB_BIN).parent_path();
    if (build.parent_path() != std::filesystem::path(ISOLAB_SOURCE) / "build")
      GTEST_SKIP() << "the build is not in build/PRESET, where ./isolab looks: " << build;
    ::setenv("ISOLAB_PRESET", build.filename().c_str(), 1);
  }
  static std::vector<std::string> entry(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {ISOLAB_SOURCE "/isolab"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
  }
};

TEST_F(Entry, DemoGoesStepByStepToTheProgramsEnd) {
  Screen screen(entry({"demo"}), kSmall);
  int steps = 0;
  // Whoever keeps pressing Enter sees every phase of engine and runtime, and then the program.
  while (screen.shows("Enter to go on", steps == 0 ? kPatience : 10'000)) {
    screen.type("\r");
    ++steps;
  }
  EXPECT_EQ(screen.end(), 0);
  EXPECT_GT(steps, 20) << screen.rest();
  EXPECT_THAT(screen.all(), HasSubstr("\nhello from the container\r\n"));
}

TEST_F(Entry, ShellIsOneInAContainer) {
  Screen screen(entry({"shell"}), kSmall);
  ASSERT_TRUE(screen.shows("#", kPatience)) << screen.rest();
  screen.type("echo pid $$; exit 3\r");
  EXPECT_TRUE(screen.shows("pid 1")) << screen.rest();
  EXPECT_EQ(screen.end(), 3);
}

TEST_F(Entry, ShellOfTheHostFindsThePrograms) {
  ::setenv("SHELL", "/bin/sh", 1);
  Screen screen(entry({"shell", "host"}), kSmall);
  ASSERT_TRUE(screen.shows("#", kPatience)) << screen.rest();
  screen.type("command -v mini-runtime; exit\r");
  EXPECT_TRUE(screen.shows(ISOLAB_BIN "/mini-runtime")) << screen.rest();
  EXPECT_EQ(screen.end(), 0);
}

TEST_F(Entry, BenchWithoutAVerbIsTheSuite) {
  const e2e::Result refused = e2e::run(entry({"bench", "--only", "moon"}));
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("bench suite --out results/latest --only moon"),
                                 HasSubstr("--only: moon not in")));
}

TEST_F(Entry, RefusesWhatItDoesNotKnow) {
  const e2e::Result unknown = e2e::run(entry({"frobnicate"}));
  EXPECT_NE(unknown.code, 0);
  EXPECT_THAT(unknown.err, HasSubstr("Usage: ./isolab COMMAND"));
  const e2e::Result place = e2e::run(entry({"shell", "moon"}));
  EXPECT_NE(place.code, 0);
  EXPECT_THAT(place.err, AllOf(HasSubstr("container, vm or host"), HasSubstr("moon")));
}

}  // namespace
