// docs/commands.md says which test runs each command and flag of mini-container. Here: that none is missing there, that
// no test named there has gone, and that each command's help shows how it is used.
#include <gtest/gtest.h>

#include "tests/style/commands.h"

namespace {

class CommandTable : public testing::Test {
 protected:
  void SetUp() override { ASSERT_FALSE(table_.empty()) << "docs/commands.md is missing"; }
  const style::TestTable table_{"docs/commands.md"};
  const std::vector<style::Command> commands_ = style::commands_of(ISOLAB_BIN "/mini-container");
};

TEST_F(CommandTable, EveryTestNamedExists) {
  table_.expect_every_test_named_exists();
}

TEST_F(CommandTable, EveryRowNamesATestOrSaysWhyThereIsNone) {
  table_.expect_every_row_names_a_test();
}

TEST_F(CommandTable, EveryCommandAndFlagHasARow) {
  EXPECT_GE(commands_.size(), 20U);
  table_.expect_every_flag_has_a_row(commands_);
}

// A command that has commands is shown by their examples.
TEST_F(CommandTable, HelpHasExamples) {
  for (const auto& command : commands_) {
    const bool fine = command.help.find("Examples:") != std::string::npos ||
                      command.help.find("Subcommands:") != std::string::npos;
    EXPECT_TRUE(fine) << command.name;
  }
}

}  // namespace
