// See engines.h.
#include "bench/platforms/engines.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/mount.h"

namespace bench {

namespace {

constexpr const char* kImage = "busybox";

Arguments joined(Arguments first, const Arguments& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// What `docker image inspect` and `podman image inspect` print for "{{.Size}}".
ImageSize size_by_inspect(const Arguments& client, const char* what) {
  const Run run = timed_run(joined(client, {"image", "inspect", "--format", "{{.Size}}", kImage}),
                            std::chrono::seconds(10));
  if (run.status != 0) return {std::nullopt, "the engine does not tell: " + run.errors};
  return {std::stoull(run.output), what};
}

}  // namespace

std::string MiniContainer::prepare() {
  if (!sys::exists(program())) return "mini-container is not built";
  if (sys::geteuid() != 0) return "needs root";
  run_or_throw(with_root({"image", "import", workspace_.archive(), kImage}));
  return {};
}

Arguments MiniContainer::with_root(const Arguments& rest) const {
  return joined({program(), "--root", workspace_.folder("mini-container")}, rest);
}

Arguments MiniContainer::command(const Arguments& arguments) {
  return with_root(joined({"run", "--rm", kImage}, arguments));
}

ImageSize MiniContainer::image_size() {
  return {bytes_under(workspace_.folder("mini-container")), "layers and metadata in the store"};
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

Arguments Docker::command(const Arguments& arguments) {
  return client(joined({"run", "--rm", kImage}, arguments));
}

ImageSize Docker::image_size() {
  return size_by_inspect(client({}), "layers, as docker image inspect says");
}

std::string Podman::prepare() {
  if (find_program("podman").empty()) return "podman is not installed: apt-get install podman";
  if (sys::geteuid() != 0) return "needs root";
  run_or_throw(client({"import", workspace_.archive(), kImage}));
  return {};
}

Podman::~Podman() {
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

Arguments Podman::command(const Arguments& arguments) {
  // WHY: Podman asks for the highest limits there are, which a host without CAP_SYS_RESOURCE refuses.
  return client(joined({"run", "--rm", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit",
                        "nproc=1024:1024", "--cgroup-parent", "/" + cgroup_parent(), kImage},
                       arguments));
}

ImageSize Podman::image_size() {
  return size_by_inspect(client({}), "layers, as podman image inspect says");
}

}  // namespace bench
