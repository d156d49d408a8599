// See figures.h.
#include "mini-container/runtime/cgroup/figures.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/sys/file.h"
#include "base/text/text.h"

namespace cgroup {

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number_in(const std::string& path) {
  return to_number(sys::read_file_if_present(path).value_or(""));
}

std::optional<std::uint64_t> limit_in(const std::string& path) {
  const auto text = sys::read_file_if_present(path);
  if (text && text->starts_with("max")) return std::numeric_limits<std::uint64_t>::max();
  return to_number(text.value_or(""));
}

std::vector<std::uint64_t> numbers_in(const std::string& path) {
  const std::string text = sys::read_file_if_present(path).value_or("");
  std::vector<std::uint64_t> numbers;
  for (const std::string_view word : text::words(text, " \n"))
    numbers.push_back(to_number(word).value_or(0));
  return numbers;
}

std::map<std::string, std::uint64_t> fields_in(const std::string& path) {
  const std::string text = sys::read_file_if_present(path).value_or("");
  std::map<std::string, std::uint64_t> fields;
  for (const std::string_view line : text::words(text, "\n")) {
    const auto words = text::words(line, " ");
    if (words.size() != 2) continue;
    if (const auto value = to_number(words[1])) fields[std::string(words[0])] = *value;
  }
  return fields;
}

std::optional<std::uint64_t> field_in(const std::string& path, const std::string& field) {
  const auto fields = fields_in(path);
  const auto found = fields.find(field);
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

std::vector<unsigned> list_in(const std::string& path) {
  const std::string text = sys::read_file_if_present(path).value_or("");
  std::vector<unsigned> list;
  for (const std::string_view range : text::words(text, ",\n")) {
    const auto ends = text::words(range, "-");
    const auto first = to_number(ends.front());
    const auto last = to_number(ends.back());
    if (!first || !last) continue;
    for (auto number = *first; number <= *last; ++number)
      list.push_back(static_cast<unsigned>(number));
  }
  return list;
}

}  // namespace cgroup
