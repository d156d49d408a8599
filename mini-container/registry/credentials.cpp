// See credentials.h.
#include "mini-container/registry/credentials.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "base/sys/file.h"
#include "mini-container/registry/credential_helper.h"

namespace registry {

namespace {

using Json = nlohmann::ordered_json;

constexpr mode_t kOnlyMine = 0600;

// WHY: the name that Docker's file has had for its own registry since the first version of the protocol.
std::string key_of(const std::string& domain) {
  return domain == "docker.io" ? "https://index.docker.io/v1/" : domain;
}

Json read_document(const std::string& file) {
  const auto text = sys::read_file_if_present(file);
  if (!text) return Json::object();
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object())
    throw std::runtime_error(
        fmt::format("{} is no JSON object. Next: mend it, or move it away and log in again", file));
  return json;
}

// A text of the entry for `domain`: "auth", "identitytoken".
std::optional<std::string> recorded(const Json& document, const std::string& domain, const char* name) {
  const auto auths = document.find("auths");
  if (auths == document.end() || !auths->is_object()) return std::nullopt;
  const auto entry = auths->find(key_of(domain));
  if (entry == auths->end() || !entry->is_object()) return std::nullopt;
  const auto text = entry->find(name);
  if (text == entry->end() || !text->is_string()) return std::nullopt;
  return text->get<std::string>();
}

std::string helper_in(const Json& document, const std::string& domain) {
  const auto text = [](const Json& json, const std::string& name) {
    const auto found = json.is_object() ? json.find(name) : json.end();
    return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>() : "";
  };
  const auto helpers = document.find("credHelpers");
  const std::string own = helpers == document.end() ? "" : text(*helpers, key_of(domain));
  return own.empty() ? text(document, "credsStore") : own;
}

}  // namespace

std::string helper_for(const std::string& file, const std::string& domain) {
  return helper_in(read_document(file), domain);
}

std::string base64(const std::string& bytes) {
  std::vector<unsigned char> text(4 * ((bytes.size() + 2) / 3) + 1);
  const int length = EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  return {text.begin(), text.begin() + length};
}

std::optional<std::string> from_base64(const std::string& text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::vector<unsigned char> bytes(3 * text.size() / 4 + 1);
  const int length = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  // It counts the zeros that padding stands for.
  const auto padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  return std::string(bytes.begin(), bytes.begin() + length - padding);
}

std::string credentials_file() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string folder = variable("DOCKER_CONFIG");
  return (folder.empty() ? variable("HOME") + "/.docker" : folder) + "/config.json";
}

std::optional<Login> read_login(const std::string& file, const std::string& domain) {
  const Json document = read_document(file);
  if (const std::string helper = helper_in(document, domain); !helper.empty())
    return CredentialHelper(helper).get(key_of(domain));
  if (const auto token = recorded(document, domain, "identitytoken"); token && !token->empty())
    return Login{"", "", *token};
  const auto auth = recorded(document, domain, "auth");
  const auto pair = auth ? from_base64(*auth) : std::nullopt;
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return Login{pair->substr(0, colon), pair->substr(colon + 1)};
}

void write_login(const std::string& file, const std::string& domain, const Login& login) {
  Json document = read_document(file);
  if (!document["auths"].is_object()) document["auths"] = Json::object();
  const std::string helper = helper_in(document, domain);
  // As Docker: an empty entry tells that somebody is logged in there.
  Json entry = Json::object();
  if (helper.empty())
    entry["auth"] = base64(login.user + ":" + login.password);
  else
    CredentialHelper(helper).store(key_of(domain), login);
  document["auths"][key_of(domain)] = entry;
  sys::mkdir_parents(file.substr(0, file.rfind('/')), 0700);
  sys::write_file_atomically(file, document.dump(1, '\t') + "\n", kOnlyMine);
}

bool remove_login(const std::string& file, const std::string& domain) {
  Json document = read_document(file);
  if (const std::string helper = helper_in(document, domain); !helper.empty())
    CredentialHelper(helper).erase(key_of(domain));
  if (!document["auths"].is_object() || document["auths"].erase(key_of(domain)) == 0) return false;
  sys::write_file_atomically(file, document.dump(1, '\t') + "\n", kOnlyMine);
  return true;
}

}  // namespace registry
