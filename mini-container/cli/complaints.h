// What is said of a command line that makes no sense: Docker's words and Docker's exit codes.
#pragma once

#include <CLI/CLI.hpp>

namespace cli {

// Tells what is wrong, and where help is; or gives the help, if that is what was asked for. Returns the exit code.
int complain_of(const CLI::App& app, const CLI::ParseError& error);

// For a verb that hands words on to a program: throws what complain_of tells, if they are too few or begin with a flag.
void require_words(const CLI::App& command, std::size_t least);

}  // namespace cli
