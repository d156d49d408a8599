// What stands between the braces of a template: fields, variables, functions, pipes. template.cpp is its only user.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mini-container/cli/template.h"

namespace cli {

// Those that are known, "$" for the value of all first; of two with one name the later one counts.
using Variables = std::vector<std::pair<std::string, Json>>;

// What an expression can name.
struct Scope {
  const Json& dot;
  const Variables& variables;
};

// ".State.Running", "json .", "index .Labels \"a\" | upper", "(index $ports 0).HostPort".
Json evaluate(const std::string& expression, const Scope& scope);

}  // namespace cli
