// See filter.h.
#include "mini-container/cli/filter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>

#include "mini-container/engine/parse.h"

namespace cli {

namespace {

using engine::Container;

bool has_volume(const Container& container, const std::string& wanted) {
  return std::any_of(container.settings.volumes.begin(), container.settings.volumes.end(),
                     [&](const std::string& text) {
                       const engine::Volume volume = engine::parse_volume(text);
                       return volume.source == wanted || volume.destination == wanted;
                     });
}

// An image by the name that was typed, with or without its tag, or by its id.
bool comes_from(const Container& container, const std::string& wanted) {
  const std::string& named = container.settings.image;
  const std::string digits = container.image_id.substr(container.image_id.find(':') + 1);
  return named == wanted || named.substr(0, named.rfind(':')) == wanted || named + ":latest" == wanted ||
         (wanted.size() >= 12 && digits.starts_with(wanted)) || container.image_id == wanted;
}

// A network by name, or by the first digits of its id.
bool has_network(const Container& container, const std::string& wanted) {
  const auto requests = engine::networks_of(container.settings);
  if (requests.empty()) return container.settings.network == wanted;
  return std::any_of(requests.begin(), requests.end(), [&](const engine::NetworkRequest& request) {
    return request.name == wanted || (!wanted.empty() && request.id.starts_with(wanted));
  });
}

using Test = std::function<bool(const Container&, const std::string&)>;

const std::map<std::string, Test>& tests() {
  static const std::map<std::string, Test> table = {
      {"id", [](const Container& one, const std::string& value) { return one.id.starts_with(value); }},
      {"name", [](const Container& one,
                  const std::string& value) { return one.name.find(value) != std::string::npos; }},
      {"status", [](const Container& one, const std::string& value) { return state_name(one) == value; }},
      {"exited",
       [](const Container& one, const std::string& value) {
         return one.status == "exited" && std::to_string(one.exit_code) == value;
       }},
      {"health", [](const Container& one, const std::string& value) { return health_name(one) == value; }},
      {"network", has_network},
      {"label",
       [](const Container& one, const std::string& value) { return has_label(one.settings.labels, value); }},
      {"volume", has_volume},
      {"ancestor", comes_from},
  };
  return table;
}

// The time at which the container that `text` names was made.
std::string time_of(const std::vector<Container>& containers, const std::string& text) {
  for (const Container& one : containers)
    if (one.name == text || one.id.starts_with(text)) return one.created;
  throw std::invalid_argument(fmt::format("No such container: {}", text));
}

}  // namespace

Filter::Filter(const std::vector<std::string>& typed) {
  std::vector<std::string> known = {"before", "since"};
  for (const auto& [key, _] : tests())
    known.push_back(key);
  values_ = filter_values(typed, known);
  // SPEC: Docker's states. "removing" and "dead" are none of ours, and asked for all the same.
  static constexpr std::array states = {"created",  "running", "paused", "restarting",
                                        "removing", "exited",  "dead"};
  for (const std::string& state : values_["status"])
    if (std::find(states.begin(), states.end(), state) == states.end())
      throw std::invalid_argument(
          fmt::format("invalid filter 'status={}'. Next: one of {}", state, fmt::join(states, ", ")));
  if (values_["status"].empty()) values_.erase("status");
}

std::vector<Container> Filter::apply(const std::vector<Container>& containers) const {
  std::vector<Container> fitting = containers;
  for (const auto& [key, values] : values_) {
    const auto fits_one = [&, &key = key, &values = values](const Container& container) {
      return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
        if (key == "before") return container.created < time_of(containers, value);
        if (key == "since") return container.created > time_of(containers, value);
        return tests().at(key)(container, value);
      });
    };
    std::erase_if(fitting, [&](const Container& container) { return !fits_one(container); });
  }
  return fitting;
}

}  // namespace cli
