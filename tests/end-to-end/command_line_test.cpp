// What is said of a command line before any container is asked for.
#include <gmock/gmock.h>

#include "tests/end-to-end/containers.h"

namespace {

using e2e::Result;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class CommandLine : public testing::Test {
 protected:
  static Result mini(std::vector<std::string> words) {
    words.insert(words.begin(), ISOLAB_BIN "/mini-container");
    return e2e::run(words);
  }
};

TEST_F(CommandLine, AWordThatIsNoCommandIsNamed) {
  const Result unknown = mini({"compose", "version"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, StartsWith("mini-container: 'compose' is not a mini-container command."));
  EXPECT_THAT(mini({"builder", "prune", "-f"}).err, HasSubstr("'builder' is not a mini-container command"));
  EXPECT_THAT(mini({"volume", "compose", "ls"}).err,
              HasSubstr("'compose' is not a mini-container volume command"));
  const Result group = mini({"volume"});
  EXPECT_EQ(group.code, 0) << "a question";
  EXPECT_THAT(group.err, HasSubstr("See 'mini-container volume VERB --help'"));
}

TEST_F(CommandLine, HelpIsThatOfTheCommandNamed) {
  EXPECT_THAT(mini({"help", "run"}).out, HasSubstr("--publish"));
  EXPECT_THAT(mini({"help", "volume", "ls"}).out, HasSubstr("mini-container volume ls -q"));
  EXPECT_THAT(mini({"help"}).out, HasSubstr("Subcommands:"));
  EXPECT_THAT(mini({"help", "nosuch"}).err, HasSubstr("unknown help topic: nosuch"));
  EXPECT_EQ(mini({"-v"}).out, mini({"--version"}).out);
}

}  // namespace
