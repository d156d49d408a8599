// A file of lines that others append to, and replace by an empty one when it is long: a log, or the journal of events.
// Reads: open(2) (O_APPEND), rename(2), stat(2).
#pragma once

#include <functional>
#include <string>

#include "base/sys/fd.h"

namespace engine {

class GrowingFile {
 public:
  explicit GrowingFile(const std::string& path);

  // Hands on every whole line that was written since the last call. False as soon as `take` is.
  bool read(const std::function<bool(const std::string&)>& take);
  // Whether `path` names another file by now.
  bool replaced(const std::string& path) const;

 private:
  sys::UniqueFd file_;
  std::string rest_;
};

}  // namespace engine
