// What a shell does with `PROGRAM completion SHELL`. Reads: bash(1) (Programmable Completion).
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/end-to-end/containers.h"

namespace {

using testing::HasSubstr;

struct Expected {
  const char* program;
  const char* start;  // of the word after the program
  const char* verb;   // the one that begins so
};

void PrintTo(const Expected& expected, std::ostream* out) {
  *out << expected.program;
}

class Completion : public testing::TestWithParam<Expected> {
 protected:
  static e2e::Result completion(const std::string& shell) {
    return e2e::run({std::string(ISOLAB_BIN) + "/" + GetParam().program, "completion", shell});
  }
  // What bash offers for the last of `words`, having read the script.
  static std::string offered(const std::string& words) {
    std::string function = std::string("_") + GetParam().program;
    std::replace(function.begin(), function.end(), '-', '_');
    const std::string ask = completion("bash").out + "COMP_WORDS=(" + words +
                            "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); " + function +
                            "; echo \"${COMPREPLY[*]}\"";
    const auto result = e2e::run({"bash", "-c", ask});
    EXPECT_EQ(result.err, "");
    return result.out;
  }
};

TEST_P(Completion, BashOffersVerbsAndTheirOptions) {
  const std::string program = GetParam().program;
  EXPECT_EQ(offered(program + " " + GetParam().start), std::string(GetParam().verb) + "\n");
  EXPECT_THAT(offered(program + " run --"), HasSubstr("--help"));
}

TEST_P(Completion, OtherShellsGetTheSameVerbs) {
  const std::string program = GetParam().program;
  EXPECT_THAT(completion("zsh").out, HasSubstr("#compdef " + program + "\n"));
  EXPECT_THAT(completion("zsh").out, HasSubstr("'run:"));
  EXPECT_THAT(completion("fish").out,
              HasSubstr("complete -c " + program + " -n __fish_use_subcommand -a run "));
}

TEST_P(Completion, AShellThatIsUnknownIsRefused) {
  EXPECT_NE(completion("csh").code, 0);
}

INSTANTIATE_TEST_SUITE_P(Programs, Completion,
                         testing::Values(Expected{"mini-container", "exe", "exec"},
                                         Expected{"mini-runtime", "pau", "pause"},
                                         Expected{"vm-launcher", "con", "console"}),
                         [](const auto& test) {
                           std::string name = test.param.program;
                           std::erase(name, '-');
                           return name;
                         });

class Volumes : public e2e::Containers {};

TEST_F(Volumes, AreCompletedByNameAndTheirGroupByItsVerbs) {
  mini({"volume", "create", "wanted"});
  const auto offered = [&](const std::string& words) {
    const std::string program = ISOLAB_BIN "/mini-container";
    const std::string ask =
        e2e::run({program, "completion", "bash"}).out + "mini-container() { \"" + program + "\" --root " +
        root_ + " \"$@\"; }; COMP_WORDS=(" + words +
        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _mini_container; echo \"${COMPREPLY[*]}\"";
    return e2e::run({"bash", "-c", ask}).out;
  };
  EXPECT_EQ(offered("mini-container volume cr"), "create\n");
  EXPECT_EQ(offered("mini-container volume rm wa"), "wanted\n");
  EXPECT_EQ(offered("mini-container volume create --lab"), "--label\n");
  EXPECT_THAT(
      e2e::run({ISOLAB_BIN "/mini-container", "completion", "fish"}).out,
      HasSubstr("-n '__fish_seen_subcommand_from volume' -a '(mini-container volume ls -q 2>/dev/null)'"));
  EXPECT_THAT(e2e::run({ISOLAB_BIN "/mini-container", "completion", "zsh"}).out,
              HasSubstr("volume) compadd -- ${(f)\"$(mini-container volume ls -q 2>/dev/null)\"}"));
}

}  // namespace
