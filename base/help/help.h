// What `--help` of a verb says: what it does, how it is typed, and which mechanism of the kernel, or which files of the
// store, are behind it.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace help {

struct Verb {
  const char* name;
  const char* what;
  const char* examples;  // a line each, as typed after the program's name
  const char* behind;
};
CLI::App* add_verb(CLI::App& app, const std::string& program, const Verb& verb);

}  // namespace help
