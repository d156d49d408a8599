// Runs a program to its end and hands back what it said; for apt, dpkg-deb and mini-container.
#pragma once

#include <string>
#include <vector>

namespace vm {

struct ProgramResult {
  int code = 0;  // as a shell reports it
  std::string output;
  std::string error;
};

ProgramResult run_program(const std::vector<std::string>& arguments);

// The standard output, or std::runtime_error that quotes the program's last words.
std::string output_of(const std::vector<std::string>& arguments);

}  // namespace vm
