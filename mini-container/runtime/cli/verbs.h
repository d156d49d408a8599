// The verbs as the command line knows them: one row each, from which parsing, --help and its example are made.
// Internal to cli.
#pragma once

#include <string_view>
#include <vector>

#include "mini-container/runtime/cli/options.h"

namespace CLI {
class App;
}

namespace cli {

struct Verb {
  std::string_view name;
  const char* what;
  void (*add_flags)(CLI::App& verb, Options& options);
  const char* example;  // below "Example:" of --help
};

// In the order of --help.
const std::vector<Verb>& verbs();

}  // namespace cli
