// The one error type for a kernel call that failed where it was not expected to.
//
// It carries what a user needs to read: which call, on what, why, in which phase, and what to do next. The
// same fields cross from the container's first process to the runtime, so the true cause is never lost.
// Reads: errno(3). docs/decisions/0001-exceptions.md.
#pragma once

#include <string>
#include <system_error>

namespace sys {

class Error : public std::system_error {
 public:
  // `error` is an errno value. An empty `hint` is filled from hint_for().
  Error(int error, std::string call, std::string arguments, std::string phase = {}, std::string hint = {});

  int error() const { return code().value(); }
  const std::string& call() const { return call_; }
  const std::string& arguments() const { return arguments_; }
  const std::string& phase() const { return phase_; }
  const std::string& hint() const { return hint_; }
  // "pivot_root(new root /x): Invalid argument, while: pivot into the rootfs. Hint: ..."
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string call_;
  std::string arguments_;
  std::string phase_;
  std::string hint_;
  std::string message_;
};

// What to do next after `call` failed with `error`: which sysctl, mount option or capability to look at; ""
// when there is nothing better to say than errno itself.
std::string hint_for(std::string_view call, int error);

}  // namespace sys
