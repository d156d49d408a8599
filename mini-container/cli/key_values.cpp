// See key_values.h.
#include "mini-container/cli/key_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "base/sys/file.h"

namespace cli {

std::map<std::string, std::string> key_values(const std::vector<std::string>& typed) {
  std::map<std::string, std::string> values;
  for (const std::string& text : typed) {
    const std::size_t equals = std::min(text.find('='), text.size());
    values[text.substr(0, equals)] = text.substr(std::min(equals + 1, text.size()));
  }
  return values;
}

namespace {

void add_variable(std::vector<std::string>& all, const std::string& entry) {
  const bool whole = entry.find('=') != std::string::npos;
  const char* callers = whole ? nullptr : std::getenv(entry.c_str());
  if (callers != nullptr) all.push_back(entry + "=" + callers);
  if (whole) all.push_back(entry);
}

// A line each; empty ones and those that begin with # are none.
void add_file(std::vector<std::string>& all, const std::string& path) {
  const auto content = sys::read_file_if_present(path);
  if (!content)
    throw std::invalid_argument(fmt::format("open {}: no such file or directory. Next: --env-file", path));
  std::istringstream lines(*content);
  for (std::string line; std::getline(lines, line);) {
    line.erase(0, line.find_first_not_of(" \t"));
    if (line.starts_with('='))
      throw std::invalid_argument(fmt::format("--env-file {}: no variable name on line '{}'", path, line));
    if (!line.empty() && line.front() != '#') add_variable(all, line);
  }
}

}  // namespace

std::vector<std::string> variables(const std::vector<std::string>& files,
                                   const std::vector<std::string>& typed) {
  std::vector<std::string> all;
  for (const std::string& file : files)
    add_file(all, file);
  for (const std::string& entry : typed) {
    if (entry.empty() || entry.front() == '=')
      throw std::invalid_argument(fmt::format(
          "invalid argument \"{}\" for \"-e, --env\" flag: invalid environment variable: {}", entry, entry));
    add_variable(all, entry);
  }
  return all;
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
          fmt::format("invalid filter '{}'. Next: KEY=VALUE with one of {}", key, fmt::join(known, ", ")));
    }
    values[key].push_back(text.substr(equals + 1));
  }
  return values;
}

}  // namespace cli
