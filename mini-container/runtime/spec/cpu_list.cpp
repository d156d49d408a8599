// See cpu_list.h.
#include "mini-container/runtime/spec/cpu_list.h"

#include <charconv>
#include <set>

namespace spec {

namespace {

// Takes a number from the front of `text`.
std::optional<unsigned> take_number(std::string_view& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number >= kMostProcessors) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// "3" or "0-3".
bool add_range(std::string_view range, std::set<unsigned>& cpus) {
  const auto first = take_number(range);
  auto last = first;
  if (first && range.starts_with('-')) {
    range.remove_prefix(1);
    last = take_number(range);
  }
  if (!first || !last || *last < *first || !range.empty()) return false;
  for (unsigned cpu = *first; cpu <= *last; ++cpu)
    cpus.insert(cpu);
  return true;
}

}  // namespace

std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view list) {
  std::set<unsigned> cpus;
  while (true) {
    const std::size_t comma = list.find(',');
    if (!add_range(list.substr(0, comma), cpus)) return std::nullopt;
    if (comma == std::string_view::npos) return std::vector<unsigned>(cpus.begin(), cpus.end());
    list.remove_prefix(comma + 1);
  }
}

}  // namespace spec
