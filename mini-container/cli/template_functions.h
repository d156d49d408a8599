// What stands between the braces of a template: fields, functions, pipes. template.cpp is its only user.
#pragma once

#include "mini-container/cli/template.h"

namespace cli {

// ".State.Running", "json .", "index .Labels \"a\" | upper", with `dot` for the dot.
Json evaluate(const std::string& expression, const Json& dot);

// As Go prints it: [a b], map[k:v], true, <no value>.
std::string text_of(const Json& value);

// Go's truth: neither false, 0, null nor empty.
bool truth(const Json& value);

}  // namespace cli
