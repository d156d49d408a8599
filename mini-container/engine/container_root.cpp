// See container_root.h.
#include "mini-container/engine/container_root.h"

#include <fmt/format.h>
#include <sched.h>

#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/mount.h"
#include "base/sys/namespace.h"
#include "mini-container/engine/container_volumes.h"
#include "mini-container/image/overlay.h"

namespace engine {

namespace {

constexpr int kDirectory = O_PATH | O_DIRECTORY;

void mount_volume(int root, const Volume& volume) {
  // A container that was never started has no directory for it yet.
  const sys::UniqueFd target = sys::open_in_root_if_present(root, volume.destination, O_PATH);
  if (!target) return;
  const sys::UniqueFd tree = sys::open_tree(AT_FDCWD, volume.source, OPEN_TREE_CLONE | AT_RECURSIVE);
  if (volume.read_only) sys::mount_setattr(tree.get(), AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0);
  sys::move_mount(tree.get(), target.get());
}

}  // namespace

ContainerRoot::ContainerRoot(Engine& engine, const Container& container) {
  if (container.at_rest()) {
    mount_ended(engine, container);
  } else {
    enter_running(engine.registry(), container);
  }
}

void ContainerRoot::enter_running(const Registry& registry, const Container& container) {
  const trace::Phase phase("the container's root",
                           "/proc/PID/root is the root of its mount namespace, volumes and all");
  root_ = sys::open(fmt::format("/proc/{}/root", container.pid), kDirectory);
  // WHY: the number may be another process's by now; that one's root is not this container's overlay.
  const struct stat seen = sys::fstat(root_.get());
  const struct stat own = sys::stat(registry.directory(container.id) + "/rootfs");
  if (seen.st_dev == own.st_dev && seen.st_ino == own.st_ino) return;
  throw std::runtime_error(
      fmt::format("container {} has ended meanwhile. Next: the same command again", container.name));
}

void ContainerRoot::mount_ended(Engine& engine, const Container& container) {
  const trace::Phase phase("the container's root",
                           "layers and volumes, mounted in a mount namespace that only this command has");
  const Registry& registry = engine.registry();
  lock_ = registry.lock(container.id);
  const auto current = lock_ ? registry.load(container.id) : std::nullopt;
  if (!current || !current->at_rest())
    throw std::runtime_error(
        fmt::format("container {} has changed meanwhile. Next: the same command again", container.name));
  const std::string directory = registry.directory(container.id);
  sys::unshare(CLONE_NEWNS);
  sys::mount("", "/", "", MS_REC | MS_PRIVATE);
  const image::Image image = engine.images().get(container.image_id);
  image::mount_overlay(image::plan_overlay(engine.images().layer_directories(image), directory, false));
  root_ = sys::open(directory + "/rootfs", kDirectory);
  for (const Volume& volume : open_volumes(registry, container, directory + "/rootfs"))
    mount_volume(root_.get(), volume);
}

}  // namespace engine
