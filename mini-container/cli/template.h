// --format of `ps`, `images`, `inspect` and the like: the part of Go's text/template that Docker's users write.
//
//     {{.ID}}: {{json .Names}}{{range .Mounts}} {{.Source}}{{end}}{{if .Running}} up{{else}} down{{end}}
//     {{range $port, $ends := .NetworkSettings.Ports}}{{$port}} at {{(index $ends 0).HostPort}}{{end}}
//
// Fields, ".", variables, parentheses, "|", {{- -}}, {{/* */}}, range, if, with, else, end, and Go's and Docker's functions
// (template_functions.cpp). Not there: define, template, block, break, continue. Reads: https://pkg.go.dev/text/template.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace cli {

// WHY ordered: members are shown in the order in which Docker shows them.
using Json = nlohmann::ordered_json;

// `text` with \t and \n for tab and line end, every action replaced by what it says of `value`.
// Throws std::invalid_argument that names the action and, for an unknown field, those there are.
std::string render(const std::string& text, const Json& value);

}  // namespace cli
