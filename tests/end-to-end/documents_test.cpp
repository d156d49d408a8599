// What a document shows is what happens: every `$` line of a ```console block is run, and the lines below it must be
// what it prints. "..." alone on a line stands for any lines.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/style/tree.h"

namespace {

struct Example {
  std::string place;  // "README.md:41"
  std::string command;
  std::vector<std::string> expected;
};

std::vector<Example> examples() {
  std::vector<Example> found;
  for (const auto& file : style::files({".md"})) {
    const auto lines = file.lines();
    bool inside = false;
    for (std::size_t number = 0; number < lines.size(); ++number) {
      const std::string& line = lines[number];
      if (line.starts_with("```")) {
        inside = !inside && line == "```console";
      } else if (inside && line.starts_with("$ ")) {
        found.push_back({file.path + ":" + std::to_string(number + 1), line.substr(2), {}});
      } else if (inside && !found.empty()) {
        found.back().expected.push_back(line);
      }
    }
  }
  return found;
}

bool matches(const std::vector<std::string>& expected, const std::vector<std::string>& actual,
             std::size_t e = 0, std::size_t a = 0) {
  if (e == expected.size()) return a == actual.size();
  if (expected[e] == "...") {
    for (std::size_t skip = a; skip <= actual.size(); ++skip) {
      if (matches(expected, actual, e + 1, skip)) return true;
    }
    return false;
  }
  return a < actual.size() && expected[e] == actual[a] && matches(expected, actual, e + 1, a + 1);
}

TEST(Documents, EveryExampleOfADocumentPrintsWhatItShows) {
  if (::geteuid() != 0) GTEST_SKIP() << "the examples run containers, which needs root";
  const std::string root = "/tmp/isolab-documents-" + std::to_string(::getpid());
  ::setenv("MINI_CONTAINER_ROOT", root.c_str(), 1);
  ::setenv("PATH", (std::string(ISOLAB_BIN) + ":" + std::getenv("PATH")).c_str(), 1);
  const auto all = examples();
  EXPECT_GE(all.size(), 3U) << "no document has examples any more";
  for (const auto& example : all) {
    const style::File output{"", style::shell(example.command).text};
    EXPECT_TRUE(matches(example.expected, output.lines()))
        << example.place << ": $ " << example.command << "\nprinted:\n"
        << output.text;
  }
  // The store's bridge and rules outlive its containers.
  const auto reset = style::shell("mini-container reset -f");
  EXPECT_EQ(reset.status, 0) << reset.text;
  style::shell("rm -rf --one-file-system " + root);
}

}  // namespace
