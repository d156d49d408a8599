// The program of a container cannot be run, which engines report apart from everything else: exit code 127 if it is
// not there (ENOENT), 126 for every other reason. Reads: execve(2), POSIX shell exit status.
#pragma once

#include <stdexcept>
#include <string>

namespace spec {

class ProgramError : public std::runtime_error {
 public:
  ProgramError(int error, const std::string& message) : std::runtime_error(message), error_(error) {}
  int error() const { return error_; }

 private:
  int error_;
};

}  // namespace spec
