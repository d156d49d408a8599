// The formatters and linters that are quick enough to run with every test; clang-tidy is `./isolab lint`.
#include <gtest/gtest.h>

#include "tests/style/tree.h"

namespace {

bool missing(const std::string& program) {
  return style::shell("command -v " + program).status != 0;
}

std::string joined(const std::vector<style::File>& files) {
  std::string text;
  for (const auto& file : files)
    text += " '" + file.path + "'";
  return text;
}

TEST(Tools, EverySourceIsFormatted) {
  if (missing("clang-format")) GTEST_SKIP() << "clang-format is not installed";
  const auto output = style::shell("clang-format --dry-run --Werror" + joined(style::sources()));
  EXPECT_EQ(output.status, 0) << output.text.substr(0, 4000);
}

TEST(Tools, EveryShellScriptPassesShellcheck) {
  if (missing("shellcheck")) GTEST_SKIP() << "shellcheck is not installed";
  const auto output = style::shell("shellcheck isolab .ci/run" + joined(style::files({".sh"})));
  EXPECT_EQ(output.status, 0) << output.text;
}

TEST(Tools, TheEntryExplainsItselfWithoutInstallingAnything) {
  const auto help = style::shell("./isolab --help");
  EXPECT_EQ(help.status, 0);
  EXPECT_NE(help.text.find("compare"), std::string::npos);
  const auto unknown = style::shell("./isolab frobnicate");
  EXPECT_EQ(unknown.status, 1);
  EXPECT_NE(unknown.text.find("unknown command \"frobnicate\""), std::string::npos);
}

}  // namespace
