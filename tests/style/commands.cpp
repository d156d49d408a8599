// See commands.h.
#include "tests/style/commands.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/style/tree.h"

namespace style {

namespace {

void add_commands(std::vector<Command>& found, const std::string& typed, const std::string& name) {
  static const std::regex flag("\\n +(?:-\\w,)?(--[a-z0-9-]+)");
  static const std::regex verb("\\n  ([a-z]+)[ ,]");
  const std::string help = shell(typed + " --help").text;
  const std::size_t verbs = std::min(help.find("\nSubcommands:"), help.size());
  Command command = {name, matches(help.substr(0, verbs), flag), help};
  command.flags.erase("--help");
  found.push_back(std::move(command));
  const bool top = found.size() == 1;
  for (const auto& each : matches(help.substr(verbs, help.find("\n\n", verbs) - verbs), verb))
    add_commands(found, fmt::format("{} {}", typed, each), top ? each : fmt::format("{} {}", name, each));
}

}  // namespace

std::set<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    found.insert((*match)[1]);
  return found;
}

std::vector<Command> commands_of(const std::string& path) {
  std::vector<Command> found;
  add_commands(found, path, path.substr(path.rfind('/') + 1));
  return found;
}

TestTable::TestTable(const std::string& path) : path_(path) {
  for (const auto& file : files({path})) {
    for (const auto& line : file.lines())
      if (line.starts_with("| `")) rows_.push_back(line);
    text_ = file.text;
  }
}

std::string TestTable::rows_of(const std::string& key) const {
  static const std::regex another("^\\| `[^`]+` \\| as `([^`]+)`");
  std::string all;
  for (const auto& row : rows_) {
    if (!row.starts_with("| `" + key + "` |")) continue;
    all += row;
    std::smatch match;
    if (std::regex_search(row, match, another)) all += rows_of(match[1]);
  }
  return all;
}

void TestTable::expect_every_test_named_exists() const {
  const std::set<std::string> tests = tests_in("tests/");
  const auto named = matches(text_, std::regex("`([A-Z]\\w+\\.[A-Z]\\w+)`"));
  EXPECT_FALSE(named.empty()) << path_;
  for (const auto& name : named)
    EXPECT_TRUE(tests.contains(name)) << path_ << " names " << name << ", which is no test";
}

void TestTable::expect_every_row_names_a_test() const {
  const std::regex covered("`[A-Z]\\w+\\.[A-Z]\\w+`|no test: ");
  for (const auto& row : rows_)
    EXPECT_TRUE(std::regex_search(row, covered)) << path_ << ": " << row;
}

void TestTable::expect_every_flag_has_a_row(const std::vector<Command>& commands) const {
  for (const auto& command : commands) {
    const std::string rows = rows_of(command.name);
    EXPECT_NE(rows, "") << path_ << " has no row for " << command.name;
    for (const auto& flag : command.flags)
      EXPECT_NE(rows.find("`" + flag + "`"), std::string::npos)
          << path_ << " has no row for " << command.name << " " << flag;
  }
}

}  // namespace style
