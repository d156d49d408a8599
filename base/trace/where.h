// The line of source that asked for something: std::source_location, or the same from compiler built-ins for
// clang 14, which clang-tidy and the fuzzers use and which does not have it yet.
#pragma once

#include <source_location>

namespace trace {

#if defined(__cpp_lib_source_location)
using Where = std::source_location;
#else
class Where {
 public:
  static constexpr Where current(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    Where where;
    where.file_ = file;
    where.line_ = line;
    return where;
  }
  constexpr const char* file_name() const { return file_; }
  constexpr unsigned line() const { return line_; }

 private:
  const char* file_ = "";
  unsigned line_ = 0;
};
#endif

}  // namespace trace
