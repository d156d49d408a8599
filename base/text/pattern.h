// An extended regular expression of POSIX, as grep -E takes it. WHY not std::regex: that adds a tenth of a megabyte to
// a static program, libc's is there. Reads: regex(7), regcomp(3).
#pragma once

#include <regex.h>

#include <string>

namespace text {

class Pattern {
 public:
  // Throws std::invalid_argument with libc's reason.
  explicit Pattern(const std::string& expression);
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern();

  // Anywhere in `text`; ^ and $ bind it to the ends.
  bool matches(const std::string& text) const;

 private:
  regex_t compiled_{};
};

}  // namespace text
