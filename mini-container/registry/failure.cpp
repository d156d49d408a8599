// See failure.h.
#include "mini-container/registry/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace registry {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestAnswer = 1 << 16;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kTooMany = 429;

// "MANIFEST_UNKNOWN" -> "manifest unknown".
std::string words_of(std::string code) {
  std::transform(code.begin(), code.end(), code.begin(),
                 [](unsigned char c) { return c == '_' ? ' ' : static_cast<char>(std::tolower(c)); });
  return code;
}

// What a foreign server says goes to a terminal: without what steers one.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return text.substr(0, 300);
}

std::string said_by(const Json& error) {
  if (!error.is_object()) return {};
  const auto member = [&](const char* name) {
    const auto found = error.find(name);
    return found != error.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string code = words_of(member("code"));
  const std::string message = member("message");
  if (code.empty() || message.empty()) return code + message;
  return code + ": " + message;
}

const char* next_step(int status) {
  switch (status) {
    case kUnauthorized:
    case kForbidden:
      return ". Next: mini-container login HOST, or check that the name is right";
    case kNotFound:
      return ". Next: check the name and the tag";
    case kTooMany:
      return ". Next: wait, or log in: many registries allow more to those they know";
    default:
      return ". Next: the registry's log says more";
  }
}

}  // namespace

std::string refusal_text(const std::string& body, int status) {
  const Json json = Json::parse(body, nullptr, false);
  std::string text;
  if (json.is_object() && json.contains("errors") && json["errors"].is_array()) {
    for (const Json& error : json["errors"])
      text += (text.empty() ? "" : "; ") + said_by(error);
  }
  if (!text.empty()) return printable(text);
  if (status == kUnauthorized) return "unauthorized: authentication required";
  if (status == kForbidden) return "denied: requested access to the resource is denied";
  return fmt::format("received unexpected HTTP status: {}", status);
}

void refuse(Exchange& exchange, const std::string& what) {
  std::string body;
  try {
    body = read_all(exchange, kLongestAnswer);
  } catch (const std::runtime_error&) {
    // Its status says enough.
    body.clear();
  }
  throw Failed(
      fmt::format("{}: {}{}", what, refusal_text(body, exchange.status()), next_step(exchange.status())));
}

}  // namespace registry
