// The tables in results/ that say what was tried by which test: results/escapes.md the ways out of a container and what
// stops them, results/peers.md the engines of others. Here: that no test named there has gone, that none is missing, and
// that every source named exists.
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

const std::regex kTest("`([A-Z]\\w+\\.[A-Z]\\w+)`");

// Every test that `page` names exists, and it names all of `folder`.
void expect_the_tests_of(const std::string& page, const std::string& folder) {
  std::set<std::string> named;
  for (const auto& file : style::files({page}))
    named = matches(file.text, kTest);
  const std::set<std::string> tests = style::tests_in("tests/");
  for (const auto& name : named)
    EXPECT_TRUE(tests.contains(name)) << name << " is no test";
  const std::set<std::string> wanted = style::tests_in(folder);
  EXPECT_GT(wanted.size(), 10U);
  for (const auto& name : wanted)
    EXPECT_TRUE(named.contains(name)) << name << " is in no row of " << page;
}

TEST(PeersTable, NamesTheTestsThatThereAre) {
  expect_the_tests_of("results/peers.md", "tests/end-to-end/engines/");
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
  }
  std::string text_;
  std::vector<std::string> rows_;
};

TEST_F(EscapeTable, NamesTheTestsThatThereAre) {
  expect_the_tests_of("results/escapes.md", "tests/kernel/escapes/");
}

TEST_F(EscapeTable, EveryRowNamesATestAndWhatStopsIt) {
  const std::regex row("^\\| [^|]+ \\|[^|]*\\| [^|]+ \\| [^|]*`[A-Z]\\w+\\.[A-Z]\\w+`[^|]* \\| [^|]+ \\|$");
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
