// docs/commands.md says which test runs each command and flag of mini-container, docs/vm-commands.md the same of vm-launcher.
// Here: that none is missing there, that no test named there has gone, and that each command's help shows how it is used.
#include <gtest/gtest.h>

#include "tests/style/commands.h"

namespace {

struct Page {
  const char* name;
  const char* path;
  const char* program;
};

void PrintTo(const Page& page, std::ostream* out) {
  *out << page.name;
}

class CommandTable : public testing::TestWithParam<Page> {
 protected:
  void SetUp() override { ASSERT_FALSE(table_.empty()) << GetParam().path << " is missing"; }
  const style::TestTable table_{GetParam().path};
  const std::vector<style::Command> commands_ = style::commands_of(GetParam().program);
};

TEST_P(CommandTable, EveryTestNamedExists) {
  table_.expect_every_test_named_exists();
}

TEST_P(CommandTable, EveryRowNamesATestOrSaysWhyThereIsNone) {
  table_.expect_every_row_names_a_test();
}

TEST_P(CommandTable, EveryCommandAndFlagHasARow) {
  EXPECT_GE(commands_.size(), 18U);
  table_.expect_every_flag_has_a_row(commands_);
}

// A command that has commands is shown by their examples.
TEST_P(CommandTable, HelpHasExamples) {
  for (const auto& command : commands_) {
    const bool fine = command.help.find("Examples:") != std::string::npos ||
                      command.help.find("Subcommands:") != std::string::npos;
    EXPECT_TRUE(fine) << command.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Pages, CommandTable,
                         testing::Values(Page{"containers", "docs/commands.md", ISOLAB_BIN "/mini-container"},
                                         Page{"machines", "docs/vm-commands.md", ISOLAB_BIN "/vm-launcher"}),
                         [](const auto& page) { return std::string(page.param.name); });

}  // namespace
