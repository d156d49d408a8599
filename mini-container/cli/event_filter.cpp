// See event_filter.h.
#include "mini-container/cli/event_filter.h"

#include <algorithm>

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
      {"label", [](const Event& one, const std::string& value) { return has_label(one.attributes, value); }},
      {"network", [](const Event& one, const std::string& value) { return names(one, "network", value); }},
      {"scope", [](const Event&, const std::string& value) { return value == "local"; }},
      {"type", [](const Event& one, const std::string& value) { return one.type == value; }},
      {"volume",
       [](const Event& one, const std::string& value) { return one.type == "volume" && one.id == value; }},
  };
  return table;
}

}  // namespace

EventFilter::EventFilter(const std::vector<std::string>& typed) {
  std::vector<std::string> known;
  for (const auto& [key, _] : tests())
    known.push_back(key);
  values_ = filter_values(typed, known);
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
