// A configuration that cannot be carried out: not a kernel error, since no call was made yet.
//
// It names the place in the document as a user would look for it ("linux.resources.memory.limit",
// "mounts[3].options"), what is wrong with it, and what to do next. Thrown by parse, validate and the plans
// only. Reads: OCI runtime-spec, config.md.
#pragma once

#include <stdexcept>
#include <string>

namespace spec {

class Invalid : public std::invalid_argument {
 public:
  // "mounts[3].options: \"norecurse\" is not a mount option. Remove it, or ...": `why` and `next` are sentences
  // without their full stop.
  Invalid(std::string path, const std::string& why, std::string next = {})
      : std::invalid_argument(path + ": " + why + (next.empty() ? "" : ". " + next)),
        path_(std::move(path)),
        next_(std::move(next)) {}

  const std::string& path() const { return path_; }
  const std::string& next() const { return next_; }

 private:
  std::string path_;
  std::string next_;
};

}  // namespace spec
