// A program run to its end, and what it wrote to standard output. Its standard error is this process's.
// Reads: memfd_create(2).
#pragma once

#include <string>
#include <vector>

#include "base/sys/process.h"

namespace sys {

struct Captured {
  ExitStatus status;
  std::string output;
};
// `arguments` begin with the program, which is looked up in PATH. Throws what spawn throws.
Captured capture(const std::vector<std::string>& arguments);
// The same with `input` on its standard input, and `environment` ("NAME=value") added to this process's own.
Captured capture(const std::vector<std::string>& arguments, const std::string& input,
                 const std::vector<std::string>& environment);

}  // namespace sys
