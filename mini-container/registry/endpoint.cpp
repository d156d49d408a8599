// See endpoint.h.
#include "mini-container/registry/endpoint.h"

#include <fmt/format.h>

#include <cstdlib>
#include <optional>

#include "base/sys/file.h"
#include "mini-container/registry/failure.h"
#include "mini-container/registry/patience.h"

namespace registry {

namespace {

// What came of one scheme: an answer's status, or the reason that there was none.
struct Attempt {
  int status = 0;
  std::optional<Unreachable> failed = {};
  bool good() const { return status == 200 || status == 401; }
};

Attempt attempt(Connection& connection, const Endpoint& endpoint) {
  try {
    const Request request{.url = endpoint.base + "/v2/",
                          .purpose = "who answers, and does it speak version 2?"};
    return {.status = patiently([&] { return connection.send(request, {}, endpoint.trust); })->status()};
  } catch (const Unreachable& error) {
    return {.failed = error};
  }
}

// WHY http first on the loopback: most registries there speak no TLS, and nobody listens. A question for the version
// carries no secret.
std::vector<std::string> schemes_for(const Trust& trust) {
  if (trust.loopback) return {"http://", "https://"};
  if (trust.plain) return {"https://", "http://"};
  return {"https://"};
}

[[noreturn]] void refuse(const Endpoint& endpoint, const Unreachable& error) {
  const std::string what = error.what();
  switch (error.reason()) {
    case Unreachable::Reason::certificate:
      throw Failed(
          fmt::format("{}. Next: put the certificate of its authority into "
                      "/etc/docker/certs.d/{}/ca.crt; or --insecure, if you trust the network",
                      what, endpoint.domain));
    case Unreachable::Reason::not_tls:
      throw Failed(
          fmt::format("{}: http: server gave HTTP response to HTTPS client. Next: --insecure, if you "
                      "trust the network",
                      what));
    case Unreachable::Reason::name:
      throw Failed(
          fmt::format("{}. Next: check the name before the first \"/\"; a name without a registry is "
                      "looked for at docker.io",
                      what));
    default:
      throw Failed(fmt::format("{}. Next: check that a registry runs at {}", what, endpoint.domain));
  }
}

}  // namespace

std::string domain_of(const std::string& server) {
  const std::size_t scheme = server.find("://");
  const std::size_t start = scheme == std::string::npos ? 0 : scheme + 3;
  const std::string host = server.substr(start, server.find('/', start) - start);
  return host == "index.docker.io" || host == "registry-1.docker.io" ? "docker.io" : host;
}

std::string host_of(const std::string& domain) {
  return domain == "docker.io" ? "registry-1.docker.io" : domain;
}

bool is_loopback(const std::string& host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1) == "[::1]";
  const std::string name = host.substr(0, host.find(':'));
  const bool numeric = name.find_first_not_of("0123456789.") == std::string::npos;
  return name == "localhost" || (numeric && name.starts_with("127."));
}

std::vector<std::string> certificate_folders(const std::string& domain) {
  const char* home = std::getenv("HOME");
  std::vector<std::string> folders = {"/etc/docker/certs.d/", "/etc/containers/certs.d/"};
  if (home != nullptr) folders.push_back(std::string(home) + "/.config/containers/certs.d/");
  for (std::string& folder : folders)
    folder += domain;
  return folders;
}

void add_certificates(Trust& trust, const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    if (!sys::exists(folder)) continue;
    for (const std::string& name : sys::list_directory(folder)) {
      const std::string path = fmt::format("{}/{}", folder, name);
      if (name.ends_with(".crt")) trust.authorities += sys::read_file(path) + "\n";
      if (!name.ends_with(".cert")) continue;
      trust.certificate = path;
      trust.key = path.substr(0, path.size() - 4) + "key";
    }
  }
}

Endpoint find_endpoint(Connection& connection, const std::string& domain, bool insecure) {
  const std::string host = host_of(domain);
  Endpoint endpoint{.domain = domain, .base = {}, .trust = {}};
  endpoint.trust.loopback = is_loopback(host);
  endpoint.trust.verify = !insecure;
  endpoint.trust.plain = insecure || endpoint.trust.loopback;
  add_certificates(endpoint.trust, certificate_folders(domain));
  int status = 0;
  Attempt last;
  for (const std::string& scheme : schemes_for(endpoint.trust)) {
    endpoint.base = scheme + host;
    last = attempt(connection, endpoint);
    if (last.good()) return endpoint;
    if (last.status != 0) status = last.status;
    // Somebody does speak TLS there, and may not be who he should.
    if (last.failed && last.failed->reason() == Unreachable::Reason::certificate) break;
  }
  const bool other = last.failed && last.failed->reason() != Unreachable::Reason::not_tls;
  if (status == 0 || other) refuse(endpoint, *last.failed);
  throw Failed(fmt::format(
      "{} answers with status {}: it is no registry of version 2. Next: check host and port", host, status));
}

}  // namespace registry
