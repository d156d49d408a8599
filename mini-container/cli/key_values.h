// KEY=VALUE as users type it and lists show it: labels, options of drivers, filters.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace cli {

// "KEY=VALUE" or "KEY" each; of one key the last counts.
std::map<std::string, std::string> key_values(const std::vector<std::string>& typed);

// -e and --env-file as a program's environment: "NAME=value", where NAME alone is the caller's, if there is one. What is typed
// comes after what files say. Throws std::invalid_argument.
std::vector<std::string> variables(const std::vector<std::string>& files,
                                   const std::vector<std::string>& typed);

// "a=b,c=d".
std::string labels_text(const std::map<std::string, std::string>& labels);

// Whether there is a label as `wanted` says: "KEY", or "KEY=VALUE".
bool has_label(const std::map<std::string, std::string>& labels, const std::string& wanted);

// --filter as typed: every value of each key. Throws std::invalid_argument for a key that is none of `known`.
using FilterValues = std::map<std::string, std::vector<std::string>>;
FilterValues filter_values(const std::vector<std::string>& typed, const std::vector<std::string>& known);

}  // namespace cli
