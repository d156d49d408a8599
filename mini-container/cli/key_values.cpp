// See key_values.h.
#include "mini-container/cli/key_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace cli {

std::map<std::string, std::string> key_values(const std::vector<std::string>& typed) {
  std::map<std::string, std::string> values;
  for (const std::string& text : typed) {
    const std::size_t equals = std::min(text.find('='), text.size());
    values[text.substr(0, equals)] = text.substr(std::min(equals + 1, text.size()));
  }
  return values;
}

std::string labels_text(const std::map<std::string, std::string>& labels) {
  std::vector<std::string> shown;
  shown.reserve(labels.size());
  for (const auto& [name, value] : labels)
    shown.push_back(fmt::format("{}={}", name, value));
  return fmt::format("{}", fmt::join(shown, ","));
}

bool has_label(const std::map<std::string, std::string>& labels, const std::string& wanted) {
  const std::size_t equals = wanted.find('=');
  const auto found = labels.find(wanted.substr(0, equals));
  if (found == labels.end()) return false;
  return equals == std::string::npos || found->second == wanted.substr(equals + 1);
}

FilterValues filter_values(const std::vector<std::string>& typed, const std::vector<std::string>& known) {
  FilterValues values;
  for (const std::string& text : typed) {
    const std::size_t equals = text.find('=');
    const std::string key = text.substr(0, equals);
    if (equals == std::string::npos || std::find(known.begin(), known.end(), key) == known.end()) {
      throw std::invalid_argument(
          fmt::format("invalid filter '{}'. Next: KEY=VALUE with one of {}", text, fmt::join(known, ", ")));
    }
    values[key].push_back(text.substr(equals + 1));
  }
  return values;
}

}  // namespace cli
