// See session.h.
#include "mini-container/registry/session.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text/text.h"
#include "mini-container/registry/failure.h"
#include "mini-container/registry/patience.h"

namespace registry {

namespace {

constexpr int kUnauthorized = 401;
constexpr std::size_t kLongestToken = 1 << 16;

bool same(const Authorization& one, const Authorization& other) {
  return one.user == other.user && one.password == other.password && one.token == other.token;
}

std::string parameter(const Challenge& challenge, const char* name) {
  const auto found = challenge.parameters.find(name);
  return found == challenge.parameters.end() ? "" : found->second;
}

// The URL that gives a token for what `challenge` asks.
std::string token_url(const Challenge& challenge) {
  std::string url = parameter(challenge, "realm");
  char joint = url.find('?') == std::string::npos ? '?' : '&';
  const auto add = [&](const char* name, const std::string& value) {
    url += joint + std::string(name) + "=" + escaped(value);
    joint = '&';
  };
  if (const std::string service = parameter(challenge, "service"); !service.empty()) add("service", service);
  const std::string scopes = parameter(challenge, "scope");
  for (const std::string_view scope : text::words(scopes, " "))
    add("scope", std::string(scope));
  return url;
}

std::string token_of(const std::string& answer) {
  const auto json = nlohmann::json::parse(answer, nullptr, false);
  for (const char* name : {"token", "access_token"}) {
    if (json.is_object() && json.contains(name) && json[name].is_string()) return json[name];
  }
  throw Failed("the registry's token server gave no token");
}

}  // namespace

std::string Session::absolute(const std::string& location) const {
  if (!location.starts_with('/')) return location;
  return endpoint_.base + location;
}

std::string Session::next_page(const Exchange& answer) const {
  // SPEC: OCI distribution-spec (Listing Tags): Link: </v2/app/tags/list?n=...>; rel="next"
  const std::string link = answer.header("link");
  const std::size_t open = link.find('<');
  const std::size_t close = link.find('>');
  if (close == std::string::npos || open > close) return {};
  return absolute(link.substr(open + 1, close - open - 1));
}

std::unique_ptr<Exchange> Session::send(Connection& connection, const Request& request) {
  Authorization shown;
  {
    const std::scoped_lock lock(mutex_);
    shown = current_;
  }
  const auto once = [&] {
    return patiently([&] { return connection.send(request, shown, endpoint_.trust); });
  };
  auto exchange = once();
  if (exchange->status() != kUnauthorized) return exchange;
  const auto better = renewed(connection, *exchange, shown);
  if (!better) return exchange;
  shown = *better;
  return once();
}

std::optional<Authorization> Session::renewed(Connection& connection, const Exchange& answer,
                                              const Authorization& refused) {
  const std::scoped_lock lock(mutex_);
  // Another thread was faster.
  if (!same(current_, refused)) return current_;
  for (const Challenge& challenge : parse_challenges(answer.header("www-authenticate"))) {
    if (challenge.scheme == "bearer") return current_ = token(connection, challenge);
    if (challenge.scheme != "basic" || !login_) continue;
    current_ = {.user = login_->user, .password = login_->password, .token = {}};
    if (same(current_, refused)) return std::nullopt;
    return current_;
  }
  return std::nullopt;
}

Authorization Session::token(Connection& connection, const Challenge& challenge) const {
  const Request request{.url = token_url(challenge), .purpose = "a token that lets us do this"};
  Authorization who;
  if (login_) who = {.user = login_->user, .password = login_->password, .token = {}};
  const auto exchange = patiently([&] { return connection.send(request, who, endpoint_.trust); });
  if (exchange->status() != 200) refuse(*exchange, "no token for " + endpoint_.domain + "/" + repository_);
  return {.user = {}, .password = {}, .token = token_of(read_all(*exchange, kLongestToken))};
}

}  // namespace registry
