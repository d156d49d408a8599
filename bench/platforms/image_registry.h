// Debian's docker-registry on a loopback, for the time of a part of the benchmark.
//
// An engine whose daemon has a network namespace of its own reaches only the loopback in there: a second registry
// process joins it and serves the same files, so that every engine pulls over a loopback. It dies with the benchmark.
// Reads: docker-registry's configuration.md, nsenter(1), setpriv(1).
#pragma once

#include <string>

#include "base/sys/process.h"
#include "bench/platforms/workspace.h"

namespace bench {

class ImageRegistry {
 public:
  // `network_namespace` as Engine::network_namespace(). Throws std::runtime_error if it does not start.
  explicit ImageRegistry(const Workspace& workspace, const std::string& network_namespace = {});

  // What the host lacks for it, or "".
  static std::string why_unusable();
  // The name of an image in it, the same in every network namespace: nobody else listens there.
  static std::string reference(const std::string& name);
  // Sends an archive as `docker save` writes it. From the benchmark's own namespace only.
  void push(const std::string& archive, const std::string& reference) const;

 private:
  bool answers(const std::string& network_namespace) const;
  sys::Child server_;
};

}  // namespace bench
