// A dockerd of our own for the run: its data, sockets and pid file in the workspace, its containerd its child.
//
// It lives in a pid, a mount and a network namespace of its own, so its bridge, its firewall rules and its
// overlays are not the host's, and the end of its first process ends everything. A daemon that the host runs
// already is neither used nor disturbed. Reads: dockerd(8), unshare(1), pid_namespaces(7).
#pragma once

#include <string>

#include "base/sys/process.h"
#include "bench/platforms/workspace.h"

namespace bench {

class DockerDaemon {
 public:
  // Starts the daemon and waits until it answers. Throws std::runtime_error with its last words.
  explicit DockerDaemon(const Workspace& workspace);
  ~DockerDaemon();
  DockerDaemon(const DockerDaemon&) = delete;
  DockerDaemon& operator=(const DockerDaemon&) = delete;

  // For `docker --host`.
  const std::string& address() const { return address_; }
  std::string data_folder() const { return folder_ + "/data"; }
  // Of the daemon, whose loopback is not ours, as a file for setns(2).
  std::string network_namespace() const;

 private:
  bool start(const std::string& storage_driver);
  void stop();
  std::string folder_;
  std::string address_;
  sys::Child daemon_;
};

// Debian's client, whatever else PATH holds.
std::string docker_client();

}  // namespace bench
