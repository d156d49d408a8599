// What a program's --help tells of its commands, and the tables in docs/ that say which test covers each.
#pragma once

#include <regex>
#include <set>
#include <string>
#include <vector>

namespace style {

struct Command {
  std::string name;             // "run", "image import"; for the program itself its own name
  std::set<std::string> flags;  // "--help" left out
  std::string help;
};

// The program at `path`, then every command and command of a command.
std::vector<Command> commands_of(const std::string& path);

// What the first group of `pattern` matched in `text`.
std::set<std::string> matches(const std::string& text, const std::regex& pattern);

// A page whose rows begin "| `command` |". The rows of one command may stand apart.
class TestTable {
 public:
  explicit TestTable(const std::string& path);
  const std::string& text() const { return text_; }
  bool empty() const { return rows_.empty(); }
  // The rows whose first cell is `key`, joined; a row that says "as `other`" brings those of the other.
  std::string rows_of(const std::string& key) const;

  // Each fails the running test, once for every row or command that breaks the rule.
  void expect_every_test_named_exists() const;
  void expect_every_row_names_a_test() const;
  void expect_every_flag_has_a_row(const std::vector<Command>& commands) const;

 private:
  std::string path_;
  std::string text_;
  std::vector<std::string> rows_;
};

}  // namespace style
