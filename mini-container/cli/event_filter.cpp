// See event_filter.h.
#include "mini-container/cli/event_filter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace cli {

namespace {

using engine::Event;

std::string attribute(const Event& event, const std::string& name) {
  const auto found = event.attributes.find(name);
  return found == event.attributes.end() ? "" : found->second;
}

bool names(const Event& event, const std::string& type, const std::string& value) {
  return event.type == type && (event.id.starts_with(value) || attribute(event, "name") == value);
}

bool has_label(const Event& event, const std::string& wanted) {
  const std::size_t equals = wanted.find('=');
  const auto found = event.attributes.find(wanted.substr(0, equals));
  if (found == event.attributes.end()) return false;
  return equals == std::string::npos || found->second == wanted.substr(equals + 1);
}

using Test = bool (*)(const Event&, const std::string&);

const std::map<std::string, Test>& tests() {
  static const std::map<std::string, Test> table = {
      {"container",
       [](const Event& one, const std::string& value) { return names(one, "container", value); }},
      // "exec_create: ls" is asked for as exec_create.
      {"event",
       [](const Event& one, const std::string& value) {
         return one.action == value || one.action.starts_with(value + ":");
       }},
      {"image",
       [](const Event& one, const std::string& value) {
         return names(one, "image", value) || attribute(one, "image") == value;
       }},
      {"label", has_label},
      {"network", [](const Event& one, const std::string& value) { return names(one, "network", value); }},
      {"scope", [](const Event&, const std::string& value) { return value == "local"; }},
      {"type", [](const Event& one, const std::string& value) { return one.type == value; }},
  };
  return table;
}

}  // namespace

EventFilter::EventFilter(const std::vector<std::string>& typed) {
  std::vector<std::string> known;
  for (const auto& [key, _] : tests())
    known.push_back(key);
  for (const std::string& text : typed) {
    const std::size_t equals = text.find('=');
    const std::string key = text.substr(0, equals);
    if (equals == std::string::npos || !tests().contains(key)) {
      throw std::invalid_argument(
          fmt::format("invalid filter '{}'. Next: KEY=VALUE with one of {}", text, fmt::join(known, ", ")));
    }
    values_[key].push_back(text.substr(equals + 1));
  }
}

bool EventFilter::fits(const Event& event) const {
  return std::all_of(values_.begin(), values_.end(), [&](const auto& entry) {
    const Test test = tests().at(entry.first);
    const std::vector<std::string>& values = entry.second;
    const auto passes = [&](const std::string& value) { return test(event, value); };
    return entry.first == "label" ? std::all_of(values.begin(), values.end(), passes)
                                  : std::any_of(values.begin(), values.end(), passes);
  });
}

}  // namespace cli
