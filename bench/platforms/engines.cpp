// See engines.h.
#include "bench/platforms/engines.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/mount.h"

namespace bench {

namespace {

using namespace std::chrono_literals;

// What `docker image inspect` and `podman image inspect` print for "{{.Size}}".
ImageSize size_by_inspect(const Engine& engine, const char* what) {
  const Run run = timed_run(engine.client({"image", "inspect", "--format", "{{.Size}}", kImage}), 10s);
  if (run.status != 0) return {std::nullopt, "the engine does not tell: " + run.errors};
  return {std::stoull(run.output), what};
}

}  // namespace

std::string MiniContainer::prepare() {
  if (!sys::exists(program())) return "mini-container is not built";
  if (sys::geteuid() != 0) return "needs root";
  used_ = true;
  run_or_throw(client({"import", workspace_.archive(), kImage}));
  return {};
}

MiniContainer::~MiniContainer() {
  if (used_) run_whatever_comes(MiniContainer::client({"reset", "--force"}), 60s);
}

Arguments MiniContainer::client(const Arguments& rest) const {
  return joined({program(), "--root", workspace_.folder("mini-container")}, rest);
}

ImageSize MiniContainer::image_size() {
  return {bytes_under(store()), "layers and metadata in the store"};
}

std::string Docker::prepare() {
  if (docker_client().empty() || find_program("dockerd").empty()) {
    return "docker is not installed: apt-get install docker.io";
  }
  if (sys::geteuid() != 0) return "needs root";
  daemon_ = std::make_unique<DockerDaemon>(workspace_);
  run_or_throw(client({"import", workspace_.archive(), kImage}));
  return {};
}

std::string Docker::version() {
  if (!daemon_) return {};
  return "dockerd " + run_or_throw(client({"version", "--format", "{{.Server.Version}}"})) + "";
}

Arguments Docker::client(const Arguments& rest) const {
  return joined({docker_client(), "--host", daemon_->address()}, rest);
}

ImageSize Docker::image_size() {
  return size_by_inspect(*this, "layers, as docker image inspect says");
}

std::string Podman::prepare() {
  if (find_program("podman").empty()) return "podman is not installed: apt-get install podman";
  if (sys::geteuid() != 0) return "needs root";
  used_ = true;
  run_or_throw(client({"import", workspace_.archive(), kImage}));
  return {};
}

Podman::~Podman() {
  if (!used_) return;
  run_whatever_comes(Podman::client({"rm", "--all", "--force", "--time", "1"}), 60s);
  try {
    // Podman binds its layer store onto itself and leaves it so.
    sys::umount_if_mounted(workspace_.folder("podman") + "/store/overlay");
  } catch (const std::exception&) {
    // The mount is in the benchmark's own namespace at worst, and goes with it.
  }
}

Arguments Podman::client(const Arguments& rest) const {
  const std::string folder = workspace_.folder("podman");
  return joined({"podman", "--root", folder + "/store", "--runroot", folder + "/run", "--cgroup-manager",
                 "cgroupfs", "--events-backend", "none"},
                rest);
}

Arguments Podman::run_flags() const {
  // WHY: Podman asks for the highest limits there are, which a host without CAP_SYS_RESOURCE refuses.
  return {"--network",       "none",
          "--ulimit",        "nofile=1024:1024",
          "--ulimit",        "nproc=1024:1024",
          "--cgroup-parent", "/" + cgroup_parent()};
}

ImageSize Podman::image_size() {
  return size_by_inspect(*this, "layers, as podman image inspect says");
}

}  // namespace bench
