// See search.h.
#include "mini-container/registry/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "mini-container/registry/failure.h"

namespace registry {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kOk = 200;
constexpr std::size_t kLongestDocument = 4 << 20;
constexpr int kMostPages = 100;

// What goes to a terminal is text and nothing else.
std::string plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char letter) { return letter < ' ' || letter == 0x7F; }, ' ');
  return text;
}

Found found_in(const Json& json, const std::string& prefix) {
  const auto is = [&](const char* name) { return json.contains(name) && json[name] == true; };
  const auto text = [&](const char* name) {
    return json.contains(name) && json[name].is_string() ? plain(json[name].get<std::string>()) : "";
  };
  const bool counted = json.contains("star_count") && json["star_count"].is_number_integer();
  return {prefix + text("name"), text("description"), counted ? json["star_count"].get<long>() : 0,
          is("is_official"), is("is_automated")};
}

// Only docker.io is left out of a name.
std::string prefix_of(const Session& session) {
  return session.domain() == "docker.io" ? "" : session.domain() + "/";
}

std::optional<std::vector<Found>> indexed(Session& session, Connection& connection, const std::string& word,
                                          std::size_t limit) {
  const std::string url = session.absolute(fmt::format("/v1/search?q={}&n={}", escaped(word), limit));
  const auto exchange = session.send(connection, {.url = url, .purpose = "what does its index find?"});
  if (exchange->status() != kOk) return std::nullopt;
  const Json json = Json::parse(read_all(*exchange, kLongestDocument), nullptr, false);
  if (!json.is_object() || !json.contains("results") || !json["results"].is_array()) return std::nullopt;
  std::vector<Found> found;
  for (const Json& one : json["results"])
    if (one.is_object() && found.size() < limit) found.push_back(found_in(one, prefix_of(session)));
  return found;
}

}  // namespace

SearchTerm parse_search(const std::string& typed) {
  const std::size_t slash = typed.find('/');
  const std::string first = typed.substr(0, slash);
  const bool named =
      slash != std::string::npos && (first == "localhost" || first.find_first_of(".:") != std::string::npos);
  if (!named) return {"docker.io", typed};
  return {domain_of(first), typed.substr(slash + 1)};
}

std::vector<Found> search(Session& session, Connection& connection, const std::string& word,
                          std::size_t limit) {
  if (auto found = indexed(session, connection, word, limit)) return *found;
  std::vector<Found> found;
  std::string url = session.absolute("/v2/_catalog?n=1000");
  for (int page = 0; page < kMostPages && !url.empty() && found.size() < limit; ++page) {
    const auto exchange = session.send(connection, {.url = url, .purpose = "which repositories are there?"});
    if (exchange->status() != kOk)
      refuse(*exchange,
             fmt::format("search at {}: it has no index, and no catalog for you", session.domain()));
    const Json json = Json::parse(read_all(*exchange, kLongestDocument), nullptr, false);
    if (!json.is_object() || !json.contains("repositories"))
      throw Failed(fmt::format("the catalog of {} is malformed", session.domain()));
    for (const Json& one : json["repositories"]) {
      const std::string name = one.is_string() ? plain(one.get<std::string>()) : "";
      if (name.empty() || name.find(word) == std::string::npos || found.size() == limit) continue;
      found.push_back({prefix_of(session) + name});
    }
    url = session.next_page(*exchange);
  }
  return found;
}

std::string to_json(const std::vector<Found>& found) {
  Json list = Json::array();
  for (const Found& one : found) {
    list.push_back({{"Name", one.name},
                    {"Description", one.description},
                    {"StarCount", one.stars},
                    {"IsOfficial", one.official},
                    {"IsAutomated", one.automated}});
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace registry
