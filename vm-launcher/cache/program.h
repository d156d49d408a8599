// Runs a program to its end and hands back what it said; for apt, dpkg-deb and mini-container.
#pragma once

#include <string>
#include <vector>

#include "base/sys/console.h"

namespace vm {

struct ProgramResult {
  int code = 0;  // as a shell reports it
  std::string output;
  std::string error;
};

// With `trace`, it writes into the trace of this command, if there is one.
ProgramResult run_program(const std::vector<std::string>& arguments, const sys::TraceInheritance& trace = {});

// The standard output, or std::runtime_error that quotes the program's last words.
std::string output_of(const std::vector<std::string>& arguments);

}  // namespace vm
