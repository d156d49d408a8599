// See volumes.h.
#include "mini-container/engine/volumes.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "mini-container/engine/names.h"

namespace engine {

namespace {

void copy_directory(int source, const std::string& target) {
  sys::SpawnOptions options;
  options.keep = {source};
  const std::vector<std::string> command = {"cp", "-a", "--no-target-directory",
                                            fmt::format("/proc/self/fd/{}/.", source), target};
  if (sys::spawn(command, options).wait().shell_code() != 0) {
    throw std::runtime_error(fmt::format("cannot copy the image's files into the new volume {}", target));
  }
}

// WHY: a volume gets its name when it is whole, so a killed command leaves none that is half filled, and no container
// can put a link into the copy's way. The lock is for two commands that use the same new volume.
void make_volume_if_missing(const Paths& paths, const std::string& name, const std::string& rootfs,
                            const std::string& destination) {
  const std::string folder = paths.volumes + "/" + name;
  if (sys::exists(folder + "/_data")) return;
  const sys::UniqueFd lock = sys::lock_directory_if_present(paths.volumes);
  if (sys::exists(folder + "/_data")) return;
  const std::string unfinished = folder + "/unfinished";
  sys::remove_tree(unfinished);
  sys::mkdir_parents(unfinished);
  const sys::UniqueFd root = sys::open(rootfs, O_PATH | O_DIRECTORY);
  // Links of the image lead to where they would lead inside, never out of it.
  const sys::UniqueFd source = sys::open_in_root_if_present(root.get(), destination, O_RDONLY | O_DIRECTORY);
  if (source) copy_directory(source.get(), unfinished);
  sys::rename(unfinished, folder + "/_data");
}

bool has_volume(const Container& container, const std::string& name) {
  return std::any_of(container.settings.volumes.begin(), container.settings.volumes.end(),
                     [&](const std::string& text) { return parse_volume(text).source == name; });
}

}  // namespace

std::vector<Volume> host_volumes(const Paths& paths, const Settings& settings, const std::string& rootfs) {
  std::vector<Volume> volumes;
  for (const std::string& text : settings.volumes) {
    Volume volume = parse_volume(text);
    if (volume.named()) {
      make_volume_if_missing(paths, volume.source, rootfs, volume.destination);
      volume.source = paths.volumes + "/" + volume.source + "/_data";
    }
    if (!sys::exists(volume.source)) sys::mkdir_parents(volume.source);
    volumes.push_back(std::move(volume));
  }
  return volumes;
}

void remove_anonymous_volumes(const Registry& registry, const Container& container) {
  for (const std::string& text : container.settings.volumes) {
    const std::string name = parse_volume(text).source;
    if (!is_id(name)) continue;
    const auto others = registry.list();
    const bool shared = std::any_of(others.begin(), others.end(), [&](const Container& other) {
      return other.id != container.id && has_volume(other, name);
    });
    if (!shared) sys::remove_tree(registry.paths().volumes + "/" + name);
  }
}

std::size_t users_of_volume(const std::vector<Container>& containers, const std::string& name) {
  return static_cast<std::size_t>(std::count_if(containers.begin(), containers.end(),
                                                [&](const Container& one) { return has_volume(one, name); }));
}

std::vector<std::string> unused_volumes(const Registry& registry) {
  std::vector<std::string> names = sys::list_directory(registry.paths().volumes);
  const auto containers = registry.list();
  std::erase_if(names, [&](const std::string& name) { return users_of_volume(containers, name) > 0; });
  return names;
}

}  // namespace engine
