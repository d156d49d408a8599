// Programs that keep passwords, and that Docker's file names instead of having them itself:
//
//     {"credsStore": "pass", "credHelpers": {"host:5000": "secretservice"}}   docker-credential-pass, -secretservice
//
//     docker-credential-pass get    standard input: the server     output: {"Username": ..., "Secret": ...}
//     docker-credential-pass store  {"ServerURL": ..., "Username": ..., "Secret": ...}
//     docker-credential-pass erase  the server
//
// Reads: https://github.com/docker/docker-credential-helpers (README), docker-login(1).
#pragma once

#include <optional>
#include <string>

#include "mini-container/registry/credentials.h"

namespace registry {

class CredentialHelper {
 public:
  // "pass" for docker-credential-pass. Throws std::runtime_error for what is no name.
  explicit CredentialHelper(const std::string& name);
  // nullopt if it has none for `server`. These throw std::runtime_error with what the program said.
  std::optional<Login> get(const std::string& server) const;
  void store(const std::string& server, const Login& login) const;
  void erase(const std::string& server) const;

 private:
  std::string program_;
};

}  // namespace registry
