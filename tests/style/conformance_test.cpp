// docs/conformance.md says which test covers which command, flag and member of the specification. Here: that nothing of
// the program is missing there, and that no test named there has gone.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "tests/style/tree.h"

namespace {

constexpr const char* kRuntime = ISOLAB_BIN "/mini-runtime";

std::set<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    found.insert((*match)[1]);
  return found;
}

class Conformance : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& file : style::files({"docs/conformance.md"})) {
      for (const auto& line : file.lines())
        if (line.starts_with("| `")) rows_.push_back(line);
      text_ = file.text;
    }
    ASSERT_FALSE(rows_.empty()) << "docs/conformance.md is missing";
  }
  // The rows whose first cell is `key`, joined.
  std::string rows_of(const std::string& key) const {
    std::string all;
    for (const auto& row : rows_)
      if (row.starts_with("| `" + key + "` |")) all += row;
    return all;
  }

  std::string text_;
  std::vector<std::string> rows_;
};

TEST_F(Conformance, EveryTestNamedExists) {
  const std::set<std::string> tests = style::tests_in("tests/");
  const auto named = matches(text_, std::regex("`([A-Z]\\w+\\.[A-Z]\\w+)`"));
  EXPECT_GT(named.size(), 50U);
  for (const auto& name : named)
    EXPECT_TRUE(tests.contains(name)) << "docs/conformance.md names " << name << ", which is no test";
}

TEST_F(Conformance, EveryRowNamesATestOrSaysWhyThereIsNone) {
  const std::regex covered("`[A-Z]\\w+\\.[A-Z]\\w+`|no test: ");
  for (const auto& row : rows_)
    EXPECT_TRUE(std::regex_search(row, covered)) << row;
}

TEST_F(Conformance, EveryCommandAndFlagHasARow) {
  const std::regex flag("\\n +(?:-\\w,)?(--[a-z0-9-]+)");
  const auto help = style::shell(std::string(kRuntime) + " --help");
  ASSERT_EQ(help.status, 0) << help.text;
  const std::size_t verbs_at = help.text.find("Subcommands:");
  ASSERT_NE(verbs_at, std::string::npos);
  std::map<std::string, std::set<std::string>> flags = {
      {"mini-runtime", matches(help.text.substr(0, verbs_at), flag)}};
  for (const auto& verb : matches(help.text.substr(verbs_at, help.text.find("\n\n", verbs_at) - verbs_at),
                                  std::regex("\\n  ([a-z]+) ")))
    flags[verb] = matches(style::shell(std::string(kRuntime) + " " + verb + " --help").text, flag);
  EXPECT_GE(flags.size(), 14U);
  for (const auto& [verb, names] : flags) {
    const std::string rows = rows_of(verb);
    EXPECT_NE(rows, "") << "no row for " << verb;
    for (const auto& name : names)
      EXPECT_TRUE(name == "--help" || rows.find("`" + name + "`") != std::string::npos)
          << verb << " " << name;
  }
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
  for (const auto& path : matches(text_, std::regex("`([a-z]\\w*(?:\\[\\])?(?:\\.\\w+(?:\\[\\])?)*)`"))) {
    const std::string name = path.substr(path.rfind('.') + 1);
    ++listed[name.substr(0, name.find('['))];
  }
  for (const auto& [name, count] : read)
    EXPECT_GE(listed[name], count) << "docs/conformance.md has too few members that end in \"" << name
                                   << "\"";
}

}  // namespace
