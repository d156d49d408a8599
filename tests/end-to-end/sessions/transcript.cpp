// See transcript.h.
#include "tests/end-to-end/sessions/transcript.h"

#include <algorithm>
#include <regex>
#include <sstream>
#include <utility>

namespace sessions {

namespace {

// Begins the line of a command: no program prints it by chance.
constexpr char kMark = '\001';
// WHY: Docker's client of this version loses a race now and then, and says so, when a container cannot start.
constexpr char kStray[] = "error waiting for container: context canceled";

}  // namespace

const char kRunner[] = R"(
while IFS= read -r line <&3; do
  case $line in '#'* | '') continue ;; esac
  printf '\001%s\n' "$line"
  eval "$line" 2>&1 </dev/null
  code=$?
  [ $code = 0 ] || printf '[%d]\n' $code
done 3<"$1"
)";

std::vector<Step> steps_of(const std::string& text) {
  std::vector<Step> steps;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() == kMark) {
      steps.push_back({line.substr(1), {}});
    } else if (!steps.empty() && line.find(kStray) == std::string::npos) {
      steps.back().lines.push_back(line);
    }
  }
  return steps;
}

std::string normalised(const std::string& line) {
  static const std::vector<std::pair<std::regex, std::string>> kRules = {
      {std::regex("[0-9a-f]{64}"), "ID"},
      {std::regex("\\b[0-9a-f]{12}\\b"), "ID"},
      {std::regex("(Less than a second|About (a|an) (minute|hour)|[0-9]+ "
                  "(second|minute|hour|day|week|month|year)s?)( ago)?"),
       "AGE"},
      {std::regex("(\\S*/)?(mini-container|docker)\\b"), "DOCKER"},
      {std::regex("  +"), "  "},
      {std::regex("[ \r]+$"), ""},
  };
  std::string text = line;
  for (const auto& [pattern, word] : kRules)
    text = std::regex_replace(text, pattern, word);
  return text;
}

Hunk difference(const Lines& theirs, const Lines& ours) {
  const auto [begin_theirs, begin_ours] =
      std::mismatch(theirs.begin(), theirs.end(), ours.begin(), ours.end());
  const auto [end_theirs, end_ours] = std::mismatch(theirs.rbegin(), std::make_reverse_iterator(begin_theirs),
                                                    ours.rbegin(), std::make_reverse_iterator(begin_ours));
  return {{begin_theirs, end_theirs.base()}, {begin_ours, end_ours.base()}};
}

}  // namespace sessions
