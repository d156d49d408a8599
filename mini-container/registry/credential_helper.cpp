// See credential_helper.h.
#include "mini-container/registry/credential_helper.h"

#include <fmt/format.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/capture.h"

namespace registry {

namespace {

struct Answer {
  int code = 0;
  std::string text;
};

// WHY on its standard input: what stands in an argument is seen by all in ps(1).
Answer ask(const std::string& program, const char* verb, const std::string& question) {
  try {
    const sys::Captured captured = sys::capture({program, verb}, question, {});
    return {captured.status.shell_code(), captured.output};
  } catch (const sys::Error& error) {
    throw std::runtime_error(fmt::format(
        "error getting credentials - err: exec: \"{0}\": {1}. Next: install {0}, or take it out of {2}",
        program, error.what(), credentials_file()));
  }
}

[[noreturn]] void refuse(const char* what, const Answer& answer) {
  throw std::runtime_error(
      fmt::format("error {} credentials - err: exit status {}, out: `{}`", what, answer.code, answer.text));
}

}  // namespace

CredentialHelper::CredentialHelper(const std::string& name) : program_("docker-credential-" + name) {
  for (const char letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0 &&
        std::string_view("-_.").find(letter) == std::string_view::npos)
      throw std::runtime_error(
          fmt::format("\"{}\" in {} is no name of a credential helper", name, credentials_file()));
  }
}

std::optional<Login> CredentialHelper::get(const std::string& server) const {
  const Answer answer = ask(program_, "get", server);
  if (answer.code != 0) {
    // SPEC: helpers say so on standard output; nothing else tells it from a failure.
    if (answer.text.find("credentials not found") != std::string::npos) return std::nullopt;
    refuse("getting", answer);
  }
  const auto json = nlohmann::json::parse(answer.text, nullptr, false);
  const auto text = [&](const char* name) {
    return json.is_object() && json.contains(name) && json[name].is_string() ? json[name].get<std::string>()
                                                                             : "";
  };
  if (text("Username").empty()) refuse("getting", {answer.code, "it answered without a Username"});
  // SPEC: docker-credential-helpers: this name stands for none.
  if (text("Username") == "<token>") return Login{"", "", text("Secret")};
  return Login{text("Username"), text("Secret")};
}

void CredentialHelper::store(const std::string& server, const Login& login) const {
  const nlohmann::json question = {
      {"ServerURL", server}, {"Username", login.user}, {"Secret", login.password}};
  const Answer answer = ask(program_, "store", question.dump());
  if (answer.code != 0) refuse("storing", answer);
}

void CredentialHelper::erase(const std::string& server) const {
  const Answer answer = ask(program_, "erase", server);
  if (answer.code != 0) refuse("erasing", answer);
}

}  // namespace registry
