// See subordinate_ids.h.
#include "mini-container/engine/subordinate_ids.h"

#include "base/text/text.h"

namespace engine {

std::vector<IdRange> subordinate_ids(std::string_view file, std::string_view name, uid_t uid) {
  constexpr std::size_t kFields = 3;
  std::vector<IdRange> ranges;
  for (const std::string_view line : text::split(file, '\n')) {
    const auto fields = text::split(line, ':');
    if (fields.size() != kFields) continue;
    const bool theirs = (!name.empty() && fields[0] == name) || text::number<uid_t>(fields[0]) == uid;
    const auto first = text::number<std::uint32_t>(fields[1]);
    const auto count = text::number<std::uint32_t>(fields[2]);
    if (theirs && first && count && *count > 0) ranges.push_back({*first, *count});
  }
  return ranges;
}

std::string name_of_user(std::string_view passwd, uid_t uid) {
  for (const std::string_view line : text::split(passwd, '\n')) {
    const auto fields = text::split(line, ':');
    if (fields.size() > 2 && text::number<uid_t>(fields[2]) == uid) return std::string(fields[0]);
  }
  return {};
}

std::vector<std::string> map_arguments(pid_t pid, std::uint32_t own, const std::vector<IdRange>& ranges) {
  std::vector<std::string> arguments = {std::to_string(pid), "0", std::to_string(own), "1"};
  std::uint32_t inside = 1;
  for (const IdRange& range : ranges) {
    for (const std::uint32_t number : {inside, range.first, range.count})
      arguments.push_back(std::to_string(number));
    inside += range.count;
  }
  return arguments;
}

}  // namespace engine
