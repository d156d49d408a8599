// See differences.h.
#include "tests/end-to-end/sessions/differences.h"

#include <map>
#include <sstream>
#include <stdexcept>

namespace sessions {

Differences::Differences(const std::string& text) {
  std::istringstream lines(text);
  Lines block;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    if (!line.empty()) {
      block.push_back(line);
    } else if (!block.empty()) {
      add(block);
      block.clear();
    }
  }
  if (!block.empty()) add(block);
}

void Differences::add(const Lines& block) {
  std::map<std::string, Lines> members;
  for (const std::string& line : block) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) throw std::invalid_argument("no colon: " + line);
    members[line.substr(0, colon)].push_back(line.substr(std::min(colon + 2, line.size())));
  }
  const auto one = [&](const char* name) {
    if (members[name].empty()) throw std::invalid_argument(block.front() + ": no \"" + name + "\"");
    return members[name].front();
  };
  Entry entry;
  entry.session = one("session");
  entry.because = one("because");
  if (members.contains("rewrite")) {
    entry.what = one("from");
    entry.rewrite = {one("rewrite") == "docker", std::regex(one("from")), one("to")};
  } else {
    entry.what = entry.command = one("step");
    entry.hunk = {members["docker"], members["ours"]};
  }
  entries_.push_back(std::move(entry));
}

Lines Differences::rewritten(bool docker, const Lines& lines) {
  Lines result;
  for (std::string line : lines) {
    const bool was_empty = line.empty();
    for (Entry& entry : entries_) {
      if (!entry.command.empty() || entry.rewrite.docker != docker) continue;
      if (!std::regex_search(line, entry.rewrite.from)) continue;
      line = std::regex_replace(line, entry.rewrite.from, entry.rewrite.to);
      entry.used = true;
    }
    if (!line.empty() || was_empty) result.push_back(line);
  }
  return result;
}

bool Differences::allows(const std::string& session, const std::string& command, const Hunk& hunk) {
  for (Entry& entry : entries_) {
    if (entry.session != session || entry.command != command || entry.hunk != hunk) continue;
    entry.used = true;
    return true;
  }
  return false;
}

Lines Differences::unused(const std::string& session) const {
  Lines all;
  for (const Entry& entry : entries_)
    if (!entry.used && entry.session == session) all.push_back(entry.what);
  return all;
}

}  // namespace sessions
