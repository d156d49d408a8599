// See help.h.
#include "base/help/help.h"

#include <CLI/CLI.hpp>
#include <sstream>

namespace help {

CLI::App* add_verb(CLI::App& app, const std::string& program, const Verb& verb) {
  CLI::App* command = app.add_subcommand(verb.name, verb.what);
  std::string footer = "\nExamples:\n";
  std::istringstream examples(verb.examples);
  for (std::string line; std::getline(examples, line);)
    footer.append("  ").append(program).append(" ").append(line).append("\n");
  command->footer(footer + "\nBehind it: " + verb.behind);
  return command;
}

}  // namespace help
