// Debian's docker-registry on the loopback, for the time of a test.
#pragma once

#include <string>

#include "base/sys/process.h"

namespace e2e {

// A port of the loopback that nobody listens on.
int free_port();

struct RegistryOptions {
  bool password = false;         // student, "secret"
  std::string certificate = {};  // files: then it speaks TLS
  std::string key = {};
};

class RegistryServer {
 public:
  // Keeps its files below `folder`. Throws if it does not start.
  RegistryServer(const std::string& folder, const RegistryOptions& options = {});
  ~RegistryServer();
  RegistryServer(const RegistryServer&) = delete;
  RegistryServer& operator=(const RegistryServer&) = delete;

  static bool installed();
  // "localhost:41234"
  std::string host() const { return "localhost:" + std::to_string(port_); }
  // Where it keeps the bytes of a blob.
  std::string blob_file(const std::string& digest) const;
  // The digests of all blobs.
  std::vector<std::string> blobs() const;

 private:
  std::string folder_;
  int port_;
  sys::Child child_;
};

}  // namespace e2e
