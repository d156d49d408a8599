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

std::string field(const char* name, std::string_view value) {
  return std::string(name) + "=" + escaped(std::string(value));
}

// What gives a token for what `challenge` asks.
Request token_request(const Challenge& challenge) {
  std::string url = parameter(challenge, "realm");
  char joint = url.find('?') == std::string::npos ? '?' : '&';
  const auto add = [&](const char* name, std::string_view value) {
    url += joint + field(name, value);
    joint = '&';
  };
  if (const std::string service = parameter(challenge, "service"); !service.empty()) add("service", service);
  const std::string scopes = parameter(challenge, "scope");
  for (const std::string_view scope : text::words(scopes, " "))
    add("scope", scope);
  return {.url = url, .purpose = "a token that lets us do this"};
}

// The same for an identity token. SPEC: distribution docs/spec/auth/oauth.md: in the body, so that no log of URLs has it.
Request exchange_request(const Challenge& challenge, const std::string& identity_token) {
  std::string form = "grant_type=refresh_token&client_id=docker&";
  form +=
      field("service", parameter(challenge, "service")) + "&" + field("scope", parameter(challenge, "scope"));
  form += "&" + field("refresh_token", identity_token);
  return {.method = "POST",
          .url = parameter(challenge, "realm"),
          .purpose = "a token that lets us do this, for the identity token of the login",
          .form = form};
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
    if (challenge.scheme != "basic" || !login_ || login_->user.empty()) continue;
    current_ = {.user = login_->user, .password = login_->password, .token = {}};
    if (same(current_, refused)) return std::nullopt;
    return current_;
  }
  return std::nullopt;
}

Authorization Session::token(Connection& connection, const Challenge& challenge) const {
  const bool exchanged = login_ && !login_->identity_token.empty();
  const Request request =
      exchanged ? exchange_request(challenge, login_->identity_token) : token_request(challenge);
  Authorization who;
  if (login_ && !exchanged) who = {.user = login_->user, .password = login_->password, .token = {}};
  const auto exchange = patiently([&] { return connection.send(request, who, endpoint_.trust); });
  if (exchange->status() != 200) refuse(*exchange, "no token for " + endpoint_.domain + "/" + repository_);
  return {.user = {}, .password = {}, .token = token_of(read_all(*exchange, kLongestToken))};
}

}  // namespace registry
