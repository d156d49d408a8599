// See text.h.
#include "base/text/text.h"

#include <algorithm>

namespace text {

std::vector<std::string_view> split(std::string_view all, char separator) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = all.find(separator, begin)) != std::string_view::npos; begin = end + 1)
    parts.push_back(all.substr(begin, end - begin));
  parts.push_back(all.substr(begin));
  return parts;
}

std::vector<std::string_view> words(std::string_view all, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!all.empty()) {
    const std::size_t end = std::min(all.find_first_of(separators), all.size());
    if (end > 0) parts.push_back(all.substr(0, end));
    all.remove_prefix(std::min(end + 1, all.size()));
  }
  return parts;
}

}  // namespace text
