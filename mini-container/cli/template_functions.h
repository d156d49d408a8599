// The functions of a template, Go's and Docker's, by name, and what a value is to them.
#pragma once

#include <string>
#include <vector>

#include "mini-container/cli/template.h"

namespace cli {

using Arguments = std::vector<Json>;

// Throws std::invalid_argument for a function that there is not, or arguments that it cannot take.
Json call_function(const std::string& name, const Arguments& arguments);

// As Go prints it: [a b], map[k:v], true, <no value>.
std::string text_of(const Json& value);

// Go's truth: neither false, 0, null nor empty.
bool truth(const Json& value);

// What printf makes of `arguments`, the first of which is the format: %s %v %d %q %x %f %t with width, precision, "-"
// and "0". Throws std::invalid_argument.
std::string printed(const Arguments& arguments);

}  // namespace cli
