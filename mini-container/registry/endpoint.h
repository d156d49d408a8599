// Where a registry answers, and whom to believe there: from "host:5000" to "http://host:5000" with its authorities.
//
// Plain http only where nobody can listen, on this machine's loopback, or with --insecure, which also takes any
// certificate. Authorities beside the system's stand where Docker and podman look for them:
//   /etc/docker/certs.d/HOST:PORT/, /etc/containers/certs.d/, ~/.config/containers/certs.d/: *.crt, NAME.cert + NAME.key
// Reads: containers-certs.d(5), distribution docs/spec/api.md (API version check).
#pragma once

#include <string>
#include <vector>

#include "mini-container/registry/http.h"

namespace registry {

struct Endpoint {
  std::string domain;  // as in a name: "docker.io"
  std::string base;    // "https://registry-1.docker.io"
  Trust trust;
};

// What a user calls a server, "https://host:5000/v2/", as in an image's name: "host:5000".
std::string domain_of(const std::string& server);
// The host that answers for `domain`.
std::string host_of(const std::string& domain);
// "localhost", "127.1.2.3:5000", "[::1]:5000".
bool is_loopback(const std::string& host);

// Folders that may hold certificates for `domain`.
std::vector<std::string> certificate_folders(const std::string& domain);
// Authorities and the client's certificate found there.
void add_certificates(Trust& trust, const std::vector<std::string>& folders);

// Asks the registry for its version. Throws Unreachable or Failed (session.h).
Endpoint find_endpoint(Connection& connection, const std::string& domain, bool insecure);

}  // namespace registry
