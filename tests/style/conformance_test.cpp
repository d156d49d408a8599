// docs/conformance.md says which test covers which command, flag and member of the specification. Here: that nothing of
// the program is missing there, and that no test named there has gone.
#include <gtest/gtest.h>

#include <map>
#include <regex>

#include "tests/style/commands.h"
#include "tests/style/tree.h"

namespace {

class Conformance : public testing::Test {
 protected:
  void SetUp() override { ASSERT_FALSE(table_.empty()) << "docs/conformance.md is missing"; }
  const style::TestTable table_{"docs/conformance.md"};
};

TEST_F(Conformance, EveryTestNamedExists) {
  table_.expect_every_test_named_exists();
}

TEST_F(Conformance, EveryRowNamesATestOrSaysWhyThereIsNone) {
  table_.expect_every_row_names_a_test();
}

TEST_F(Conformance, EveryCommandAndFlagHasARow) {
  const auto commands = style::commands_of(ISOLAB_BIN "/mini-runtime");
  EXPECT_GE(commands.size(), 14U);
  table_.expect_every_flag_has_a_row(commands);
}

// A member that stands in several objects, such as "limit", needs as many rows as objects have it.
TEST_F(Conformance, EveryMemberThatTheParserReadsHasARow) {
  const std::regex reads("node\\.(?:get|require|with|refuse)\\(\"(\\w+)\"");
  std::map<std::string, int> read, listed;
  for (const auto& file : style::sources()) {
    if (!file.path.starts_with("mini-container/runtime/spec/parse")) continue;
    for (std::sregex_iterator match(file.text.begin(), file.text.end(), reads), end; match != end; ++match)
      ++read[(*match)[1]];
  }
  EXPECT_GT(read.size(), 80U);
  for (const auto& path :
       style::matches(table_.text(), std::regex("`([a-z]\\w*(?:\\[\\])?(?:\\.\\w+(?:\\[\\])?)*)`"))) {
    const std::string name = path.substr(path.rfind('.') + 1);
    ++listed[name.substr(0, name.find('['))];
  }
  for (const auto& [name, count] : read)
    EXPECT_GE(listed[name], count) << "docs/conformance.md has too few members that end in \"" << name
                                   << "\"";
}

}  // namespace
