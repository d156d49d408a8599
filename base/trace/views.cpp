// See views.h.
#include "base/trace/views.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>

namespace trace {

namespace {

// Of one topic and sign; the rest is counted. A pivot takes away a hundred mounts on some hosts.
constexpr int kMostOfATopic = 8;

const Fact* find(const Facts& facts, const std::string& name) {
  const auto found =
      std::find_if(facts.begin(), facts.end(), [&](const Fact& fact) { return fact.name == name; });
  return found == facts.end() ? nullptr : &*found;
}

// The lines of one view, with the excess of each topic counted.
class Differences {
 public:
  void add(char sign, const Fact& fact) {
    const std::string topic = fact.name.substr(0, fact.name.find(' '));
    const int count = ++counts_[{sign, topic}];
    const std::string value = fact.value.empty() ? "" : ": " + fact.value;
    if (count <= kMostOfATopic) lines_.push_back(fmt::format("{} {}{}", sign, fact.name, value));
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> all = lines_;
    for (const auto& [kind, count] : counts_) {
      if (count <= kMostOfATopic) continue;
      all.push_back(fmt::format("{} {}: {} more", kind.first, kind.second, count - kMostOfATopic));
    }
    return all;
  }

 private:
  std::vector<std::string> lines_;
  std::map<std::pair<char, std::string>, int> counts_;
};

void compare(Differences& differences, const Facts& before, const Facts& after) {
  for (const Fact& now : after) {
    const Fact* old = find(before, now.name);
    if (old == nullptr || old->value == now.value) continue;
    differences.add(' ', {now.name, fmt::format("{} -> {}", old->value, now.value)});
  }
  for (const Fact& now : after) {
    if (find(before, now.name) == nullptr) differences.add('+', now);
  }
  for (const Fact& old : before) {
    if (find(after, old.name) == nullptr) differences.add('-', old);
  }
}

std::string labelled(std::string_view label, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += fmt::format("    {:<10} {}\n", text.empty() ? label : "", line);
  return text;
}

std::string changes_of_host(const Views& before, const Views& after) {
  Differences differences;
  compare(differences, before.machine, after.machine);
  compare(differences, before.host, after.host);
  const auto lines = differences.lines();
  return labelled("host", lines.empty() ? std::vector<std::string>{"  nothing changed"} : lines);
}

std::string changes_of_container(const Views& before, const Views& after) {
  if (!after.container) return labelled("container", {before.container ? "  has ended" : "  none"});
  Differences differences;
  compare(differences, before.container ? *before.container : after.host, *after.container);
  auto lines = differences.lines();
  if (!before.container) lines.insert(lines.begin(), "  is new, and differs from the host in:");
  return labelled("container", lines.empty() ? std::vector<std::string>{"  nothing changed"} : lines);
}

void append(std::string& lines, char view, const Facts& facts) {
  for (const Fact& fact : facts) {
    std::string line = fmt::format("{}{}\t{}", view, fact.name, fact.value);
    std::replace(line.begin(), line.end(), '\n', ' ');
    lines += line + "\n";
  }
}

}  // namespace

void add_fact(Facts& facts, const std::string& name, const std::string& value) {
  const auto there =
      std::find_if(facts.begin(), facts.end(), [&](const Fact& fact) { return fact.name == name; });
  if (there == facts.end()) return facts.push_back({name, value});
  const bool known =
      fmt::format("; {}; ", there->value).find(fmt::format("; {}; ", value)) != std::string::npos;
  if (!known) there->value += "; " + value;
}

std::string changes(const Views& before, const Views& after) {
  if (before.host.empty() || after.host.empty())
    return labelled("views", {"  unavailable: nobody looks any more"});
  return changes_of_host(before, after) + changes_of_container(before, after);
}

std::string to_lines(const Views& views) {
  std::string lines;
  append(lines, 'm', views.machine);
  append(lines, 'h', views.host);
  if (views.container) append(lines, 'c', *views.container);
  return lines;
}

Views from_lines(const std::string& lines) {
  Views views;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos || tab < 2) continue;
    Fact fact{line.substr(1, tab - 1), line.substr(tab + 1)};
    if (line.front() == 'm') {
      views.machine.push_back(std::move(fact));
    } else if (line.front() == 'h') {
      views.host.push_back(std::move(fact));
    } else if (line.front() == 'c') {
      if (!views.container) views.container.emplace();
      views.container->push_back(std::move(fact));
    }
  }
  return views;
}

}  // namespace trace
