// A log that a guest can make grow, and not fill the host with: past its limit it becomes PATH.1, and what was PATH.1 is
// gone. Reads: rename(2).
#pragma once

#include <string>

#include "base/sys/fd.h"

namespace vm {

class GrowingLog {
 public:
  static constexpr std::size_t kLimit = 8UL << 20U;
  explicit GrowingLog(std::string path);
  void append(std::string_view bytes);
  // What is kept of it, oldest first.
  static std::string read(const std::string& path);

 private:
  std::string path_;
  sys::UniqueFd file_;
  std::size_t size_ = 0;
};

}  // namespace vm
