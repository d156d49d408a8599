// Taking short texts apart: lines of /etc/passwd, files of /proc, what a user typed. Pure.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace text {

// What stands between the separators, empty parts too: "a::b" has three, "" has one. Views of `all`.
std::vector<std::string_view> split(std::string_view all, char separator);

// What stands between any of `separators`, empty parts left out: " a  b" has two, "" has none. Views of `all`.
std::vector<std::string_view> words(std::string_view all, std::string_view separators);

// The decimal number that is all of `digits`; nullopt for anything else, or beyond the range of Number.
template <typename Number>
std::optional<Number> number(std::string_view digits) {
  Number value{};
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace text
