// The documents agree with the source, and the tree speaks of nothing but the project.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/style/tree.h"

namespace {

TEST(Words, NoUnfinishedBusinessInTheSource) {
  const std::regex marks(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b");
  for (const auto& file : style::sources()) {
    EXPECT_FALSE(std::regex_search(file.text, marks)) << file.path;
  }
}

TEST(Words, NoPathOfOneMachine) {
  const std::regex machine(
      "/wor"
      "k/|\\.\\./sha"
      "red|/home/[a-z]+/");
  for (const auto& file :
       style::files({".h", ".cpp", ".md", ".txt", ".cmake", ".sh", "isolab", ".json", ".yaml"})) {
    EXPECT_FALSE(std::regex_search(file.text, machine)) << file.path;
  }
}

// A phase is a chapter of docs/lifecycle.md: each name in the runtime's source stands there, in quotes or a
// heading.
TEST(Words, EveryPhaseOfTheRuntimeIsAChapterOfLifecycle) {
  const std::regex phase("(?:trace::)?Phase [a-z_]+\\(\\s*\"([^\"]+)\"");
  std::string lifecycle;
  for (const auto& file : style::files({"docs/lifecycle.md"}))
    lifecycle = file.text;
  ASSERT_FALSE(lifecycle.empty()) << "docs/lifecycle.md is missing";
  std::set<std::string> names;
  for (const auto& file : style::sources()) {
    if (!file.path.starts_with("mini-container/runtime/")) continue;
    for (std::sregex_iterator match(file.text.begin(), file.text.end(), phase), end; match != end; ++match) {
      names.insert((*match)[1]);
    }
  }
  EXPECT_GE(names.size(), 10U);
  for (const auto& name : names) {
    EXPECT_NE(lifecycle.find(name), std::string::npos)
        << "docs/lifecycle.md has no chapter \"" << name << "\"";
  }
}

// Relative links of documents lead to files.
TEST(Words, NoLinkOfADocumentIsDead) {
  const std::regex link("\\]\\(([^)#:]+)(#[^)]*)?\\)");
  for (const auto& file : style::files({".md"})) {
    const std::size_t slash = file.path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : file.path.substr(0, slash);
    for (std::sregex_iterator match(file.text.begin(), file.text.end(), link), end; match != end; ++match) {
      const std::string target = folder + "/" + (*match)[1].str();
      EXPECT_EQ(style::shell("test -e '" + target + "'").status, 0) << file.path << " links to " << target;
    }
  }
}

}  // namespace
