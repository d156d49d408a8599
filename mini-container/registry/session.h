// Requests about one repository of one registry, with the authorization that it asks for.
//
//   request -> 401 and a challenge -> Basic: name and password       -> the request again
//                                  -> Bearer: a token of its realm   -> the request again
//                                     (for name and password, or for an identity token)
//
// Several threads may send at once, each over a connection of its own.
// Reads: distribution docs/spec/auth/token.md and oauth.md, OCI distribution-spec.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "mini-container/registry/challenge.h"
#include "mini-container/registry/credentials.h"
#include "mini-container/registry/endpoint.h"

namespace registry {

class Session {
 public:
  Session(Endpoint endpoint, std::string repository, std::optional<Login> login)
      : endpoint_(std::move(endpoint)), repository_(std::move(repository)), login_(std::move(login)) {}

  // "http://host:5000/v2/team/app/manifests/latest" of "manifests/latest".
  std::string url(const std::string& path) const {
    return endpoint_.base + "/v2/" + repository_ + "/" + path;
  }
  // A Location of the server, absolute or not.
  std::string absolute(const std::string& location) const;
  // Where a list goes on, by the answer's header Link; "" at its end.
  std::string next_page(const Exchange& answer) const;
  const std::string& repository() const { return repository_; }
  const std::string& domain() const { return endpoint_.domain; }

  // The final answer, whatever its status. Throws Unreachable or Failed.
  std::unique_ptr<Exchange> send(Connection& connection, const Request& request);

 private:
  // What to show instead of `refused`; nullopt if there is nothing that was not tried.
  std::optional<Authorization> renewed(Connection& connection, const Exchange& answer,
                                       const Authorization& refused);
  Authorization token(Connection& connection, const Challenge& challenge) const;
  Endpoint endpoint_;
  std::string repository_;
  std::optional<Login> login_;
  std::mutex mutex_;  // of what follows
  Authorization current_;
};

}  // namespace registry
