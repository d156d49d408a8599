// The way down to a directory of an untrusted tree: each step opened without following a link, and kept open, so that
// the next directory is reached from where the two ways part.
//
// WHY a kept step is never a wrong one: whoever exchanges a name has asked for its directory here, and with that every step
// below has been let go. A link that an archive puts in place of a directory is met when the way leads there again. A
// container that works in the same tree can only move a kept directory to another place in it.
// Reads: openat2(2), mkdirat(2), path_resolution(7).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace sys {

class Descent {
 public:
  // Does not own `root`.
  explicit Descent(int root) : root_(root) {}

  // Open (O_PATH) on the directory, until the next call. Throws sys::Error: ENOENT, ENOTDIR, ELOOP for a link.
  int to(std::span<const std::string> path);
  // Makes what is missing on the way.
  int make(std::span<const std::string> path);

 private:
  struct Step {
    std::string name;
    UniqueFd directory;
  };
  // Lets go of the steps that are not on the way; how many are.
  std::size_t keep(std::span<const std::string> path);
  int last() const { return steps_.empty() ? root_ : steps_.back().directory.get(); }
  int root_;
  std::vector<Step> steps_;
};

}  // namespace sys
