// Platforms with an engine: this project's, Docker's, Podman's. Each imports the workspace's archive as the image
// "busybox" into a store of its own below the workspace, and leaves neither container nor mount.
//
// Reads: docker-run(1), podman-run(1).
#pragma once

#include <memory>

#include "bench/platforms/docker_daemon.h"
#include "bench/platforms/engine.h"

namespace bench {

class MiniContainer : public Engine {
 public:
  using Engine::Engine;
  ~MiniContainer() override;
  std::string name() const override { return "mini-container"; }
  std::string prepare() override;
  std::string version() override { return version_of(program()); }
  ImageSize image_size() override;
  Arguments client(const Arguments& rest) const override;
  std::string store() const override { return workspace_.folder("mini-container"); }

 private:
  static std::string program() { return sibling_program("mini-container"); }
  bool used_ = false;
};

class Docker : public Engine {
 public:
  using Engine::Engine;
  std::string name() const override { return "docker"; }
  std::string prepare() override;
  std::string version() override;
  ImageSize image_size() override;
  Arguments client(const Arguments& rest) const override;
  std::string store() const override { return daemon_->data_folder(); }
  std::string network_namespace() const override { return daemon_->network_namespace(); }

 private:
  std::unique_ptr<DockerDaemon> daemon_;
};

// Without a network: Podman 4.3 would make a bridge and rules on the host that it does not remove.
class Podman : public Engine {
 public:
  using Engine::Engine;
  ~Podman() override;
  std::string name() const override { return "podman"; }
  std::string title() const override { return "podman (no network)"; }
  std::string prepare() override;
  std::string version() override { return version_of(find_program("podman")); }
  ImageSize image_size() override;
  Arguments client(const Arguments& rest) const override;
  std::string store() const override { return workspace_.folder("podman") + "/store"; }

 protected:
  Arguments run_flags() const override;
  Arguments pull_flags() const override { return {"--tls-verify=false"}; }

 private:
  bool used_ = false;
};

}  // namespace bench
