// A file has at most 300 lines and a function at most 60; each source file opens with what it is about.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "tests/style/tree.h"

namespace {

constexpr std::size_t kMaxFile = 300;
constexpr std::size_t kMaxFunction = 60;
constexpr std::size_t kMaxOpening = 14;

TEST(Size, NoFileIsLongerThanThreeHundredLines) {
  for (const auto& file : style::files({".h", ".cpp", ".sh", ".cmake"})) {
    EXPECT_LE(file.lines().size(), kMaxFile) << file.path;
  }
}

std::size_t indentation(const std::string& line) {
  return line.find_first_not_of(' ');
}

// The index of the line on which the signature that ends on line `last` begins: continued lines stand further in.
std::size_t signature_start(const std::vector<std::string>& lines, std::size_t last) {
  while (last > 0 && indentation(lines[last]) >= 4 && !lines[last].empty())
    --last;
  return last;
}

// clang-format puts the closing brace of a function on a line of its own, at the indentation of its first line.
TEST(Size, NoFunctionIsLongerThanSixtyLines) {
  const std::regex opening("^.*(\\)|const|noexcept|override|mutable)( ->.*)? \\{$");
  const std::regex control(
      "^ *(\\}|if|for|while|switch|catch|else|do|namespace|struct|class|enum|try|return)\\b|\\[[&=]?[a-z_, "
      "]*\\]\\(");
  std::size_t functions = 0;
  for (const auto& file : style::sources()) {
    const auto lines = file.lines();
    for (std::size_t brace = 0; brace < lines.size(); ++brace) {
      if (!std::regex_match(lines[brace], opening) || std::regex_search(lines[brace], control)) continue;
      const std::size_t first = signature_start(lines, brace);
      if (indentation(lines[first]) > 2 || std::regex_search(lines[first], control)) continue;
      const std::string end = std::string(indentation(lines[first]), ' ') + "}";
      const auto last =
          std::find_if(lines.begin() + static_cast<std::ptrdiff_t>(brace), lines.end(),
                       [&](const std::string& line) { return line == end || line == end + ";"; });
      const auto length = static_cast<std::size_t>(last - lines.begin()) - first + 1;
      EXPECT_LE(length, kMaxFunction) << file.path << ":" << first + 1;
      ++functions;
    }
  }
  EXPECT_GT(functions, 100U) << "the pattern no longer finds functions";
}

TEST(Size, EverySourceOpensWithAShortTextOfWhatItIs) {
  for (const auto& file : style::sources()) {
    const auto lines = file.lines();
    std::size_t comment = 0;
    while (comment < lines.size() && lines[comment].starts_with("//"))
      ++comment;
    EXPECT_GT(comment, 0U) << file.path << " does not say what it is";
    if (file.path.ends_with(".h")) continue;
    EXPECT_LE(comment, kMaxOpening) << file.path << " opens with an essay";
  }
}

TEST(Size, EveryFolderWithSourcesHasAReadme) {
  std::vector<std::string> folders;
  std::vector<std::string> readmes;
  for (const auto& file : style::sources())
    folders.push_back(file.path.substr(0, file.path.rfind('/')));
  for (const auto& file : style::files({"README.md", "READING.md"})) {
    readmes.push_back(file.path.substr(0, std::max<std::size_t>(file.path.rfind('/'), 1)));
  }
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  for (const auto& folder : folders) {
    EXPECT_NE(std::find(readmes.begin(), readmes.end(), folder), readmes.end())
        << folder << " has no README.md";
  }
}

}  // namespace
