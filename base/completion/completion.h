// `completion`: a script for the user's shell, made from the same tree of options that parses the command line, so that
// it cannot be out of date. Reads: bash(1) (Programmable Completion), zshcompsys(1), fish's complete(1).
#pragma once

#include <CLI/App.hpp>
#include <map>
#include <string>

namespace completion {

struct Program {
  std::string name;
  // A command that prints, one a line, what verbs are used on: "mini-container ps -aq".
  std::string objects;
  std::map<std::string, std::string>
      objects_of;  // verbs that are used on something else, and the command for those
};

// Adds the verb `completion bash|zsh|fish` to `app`, which must outlive the parse. Its script, on standard output,
// completes the verbs of `app`, their options, and names of what they are used on.
void add_verb(CLI::App& app, const Program& program);

}  // namespace completion
