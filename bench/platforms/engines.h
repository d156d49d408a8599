// Platforms with an engine: this project's, Docker's, Podman's. Each imports the workspace's archive as the image
// "busybox" into a store of its own below the workspace.
//
// Reads: docker-run(1), podman-run(1).
#pragma once

#include <memory>

#include "bench/platforms/docker_daemon.h"
#include "bench/platforms/platform.h"
#include "bench/platforms/workspace.h"

namespace bench {

class MiniContainer : public Platform {
 public:
  explicit MiniContainer(const Workspace& workspace) : workspace_(workspace) {}
  std::string name() const override { return "mini-container"; }
  std::string prepare() override;
  std::string version() override { return version_of(program()); }
  Arguments command(const Arguments& arguments) override;
  ImageSize image_size() override;

 private:
  static std::string program() { return sibling_program("mini-container"); }
  Arguments with_root(const Arguments& rest) const;
  const Workspace& workspace_;
};

class Docker : public Platform {
 public:
  explicit Docker(const Workspace& workspace) : workspace_(workspace) {}
  std::string name() const override { return "docker"; }
  std::string prepare() override;
  std::string version() override;
  Arguments command(const Arguments& arguments) override;
  ImageSize image_size() override;

 private:
  Arguments client(const Arguments& rest) const;
  const Workspace& workspace_;
  std::unique_ptr<DockerDaemon> daemon_;
};

// Without a network: Podman 4.3 would make a bridge and rules on the host that it does not remove.
class Podman : public Platform {
 public:
  explicit Podman(const Workspace& workspace) : workspace_(workspace) {}
  ~Podman() override;
  std::string name() const override { return "podman"; }
  std::string title() const override { return "podman (no network)"; }
  std::string prepare() override;
  std::string version() override { return version_of(find_program("podman")); }
  Arguments command(const Arguments& arguments) override;
  ImageSize image_size() override;

 private:
  Arguments client(const Arguments& rest) const;
  const Workspace& workspace_;
};

}  // namespace bench
