// results/escapes.md says which escape was tried by which test and what stops it. Here: that no test named there has gone,
// that no test of an escape is missing, and that every source named exists.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/style/tree.h"

namespace {

std::set<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    found.insert((*match)[1]);
  return found;
}

class EscapeTable : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& file : style::files({"results/escapes.md"})) {
      text_ = file.text;
      for (const auto& line : file.lines())
        if (line.starts_with("| ") && !line.starts_with("| escape |")) rows_.push_back(line);
    }
    ASSERT_GT(rows_.size(), 15U) << "results/escapes.md is missing";
    named_ = matches(text_, std::regex("`([A-Z]\\w+\\.[A-Z]\\w+)`"));
  }
  std::string text_;
  std::vector<std::string> rows_;
  std::set<std::string> named_;
};

TEST_F(EscapeTable, NamesTheTestsThatThereAre) {
  const std::set<std::string> tests = style::tests_in("tests/");
  for (const auto& name : named_)
    EXPECT_TRUE(tests.contains(name)) << name << " is no test";
  for (const auto& name : style::tests_in("tests/kernel/escapes/"))
    EXPECT_TRUE(named_.contains(name)) << name << " is in no row";
}

TEST_F(EscapeTable, EveryRowNamesATestAndWhatStopsIt) {
  const std::regex row("^\\| [^|]+ \\| [^|]* \\| [^|]+ \\| [^|]*`[A-Z]\\w+\\.[A-Z]\\w+`[^|]* \\| [^|]+ \\|$");
  for (const auto& line : rows_)
    EXPECT_TRUE(std::regex_match(line, row)) << line;
}

TEST_F(EscapeTable, EverySourceNamedExists) {
  std::set<std::string> paths;
  for (const auto& file : style::sources())
    paths.insert(file.path);
  const auto named = matches(text_, std::regex("`([a-z][\\w/-]+\\.cpp)`"));
  EXPECT_GT(named.size(), 10U);
  for (const auto& path : named)
    EXPECT_TRUE(paths.contains(path)) << path;
}

}  // namespace
