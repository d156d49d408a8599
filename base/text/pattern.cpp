// See pattern.h.
#include "base/text/pattern.h"

#include <array>
#include <stdexcept>

namespace text {

Pattern::Pattern(const std::string& expression) {
  const int error = ::regcomp(&compiled_, expression.c_str(), REG_EXTENDED | REG_NOSUB);
  if (error == 0) return;
  std::array<char, 128> why{};
  ::regerror(error, &compiled_, why.data(), why.size());
  throw std::invalid_argument("\"" + expression + "\" is not a regular expression: " + why.data() +
                              ". See regex(7)");
}

Pattern::~Pattern() {
  ::regfree(&compiled_);
}

bool Pattern::matches(const std::string& text) const {
  return ::regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
}

}  // namespace text
