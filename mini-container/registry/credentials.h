// Who the user is at each registry: Docker's file, $DOCKER_CONFIG/config.json or ~/.docker/config.json, mode 0600.
//
//     {"auths": {"host:5000": {"auth": "<base64 of name:password>"},
//                "cloud.example": {"auth": "...", "identitytoken": "<what a single sign-on gave in the password's place>"}}}
//
// Docker, podman and skopeo read and write the same file; members that are not ours stay as they are. Where it names a
// program that keeps the password (credential_helper.h), the entry is empty. Reads: docker-login(1),
// containers-auth.json(5).
#pragma once

#include <optional>
#include <string>

namespace registry {

struct Login {
  std::string user;
  std::string password;
  // Instead of both: what the registry's token server takes for a token. SPEC: OAuth 2's refresh token.
  std::string identity_token = {};
};

// By the environment: DOCKER_CONFIG, else HOME.
std::string credentials_file();

// "pass" if docker-credential-pass keeps the password for `domain`, "" if the file does.
std::string helper_for(const std::string& file, const std::string& domain);

// `domain` as in an image's name: "docker.io", "host:5000". nullopt if there is no entry, or no file. Throws
// std::runtime_error for a file that is no JSON object.
std::optional<Login> read_login(const std::string& file, const std::string& domain);
void write_login(const std::string& file, const std::string& domain, const Login& login);
// False if there was none.
bool remove_login(const std::string& file, const std::string& domain);

std::string base64(const std::string& bytes);
// nullopt for what is no base64.
std::optional<std::string> from_base64(const std::string& text);

}  // namespace registry
