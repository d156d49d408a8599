// See container_files.h.
#include "mini-container/engine/container_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/sys/console.h"
#include "base/sys/fd.h"
#include "base/sys/file.h"
#include "mini-container/image/export.h"
#include "mini-container/image/instruction.h"
#include "mini-container/image/tar_writer.h"

namespace engine {

namespace {

// Where the bundle mounts something: the names there were made for the mounts, by the runtime.
std::set<std::string> mount_points(const Registry& registry, const Container& container) {
  std::set<std::string> points;
  const auto text = sys::read_file_if_present(registry.directory(container.id) + "/config.json");
  const auto json = nlohmann::json::parse(text.value_or("{}"), nullptr, false);
  if (!json.is_object() || !json.contains("mounts")) return points;
  for (const auto& mount : json.at("mounts"))
    points.insert(mount.value("destination", ""));
  return points;
}

// Empty for a container that was never started.
sys::UniqueFd upper_of(const Registry& registry, const Container& container) {
  const std::string path = registry.directory(container.id) + "/upper";
  return sys::exists(path) ? sys::open(path, O_RDONLY | O_DIRECTORY) : sys::UniqueFd();
}

// The container's root without what is mounted over it.
sys::UniqueFd root_of(const Registry& registry, const image::Store& store, const Container& container) {
  const std::string directory = registry.directory(container.id);
  if (!container.at_rest()) return sys::open(directory + "/rootfs", O_RDONLY | O_DIRECTORY);
  std::vector<std::string> layers = store.layer_directories(store.get(container.image_id));
  if (sys::exists(directory + "/upper")) layers.push_back(directory + "/upper");
  return image::merged_view(layers);
}

// Holds a running container still, so that its files are of one moment.
class Paused {
 public:
  Paused(Engine& engine, const Container& container, bool wanted) : engine_(engine), container_(container) {
    paused_ = wanted && container.running() && !container.paused;
    if (paused_) engine_.pause(container_);
  }
  ~Paused() {
    try {
      if (paused_) engine_.unpause(engine_.registry().get(container_.id));
    } catch (const std::exception& error) {
      sys::complain("mini-container", error.what());
    }
  }
  Paused(const Paused&) = delete;
  Paused& operator=(const Paused&) = delete;

 private:
  Engine& engine_;
  const Container& container_;
  bool paused_ = false;
};

}  // namespace

std::vector<image::Change> changes(const Registry& registry, const image::Store& store,
                                   const Container& container) {
  const trace::Phase phase(
      "read the upper directory",
      "overlayfs copies a file up before it is changed, and leaves a 0:0 device for one that is "
      "removed: what is in the upper directory is what has changed.");
  const sys::UniqueFd upper = upper_of(registry, container);
  if (!upper) return {};
  const sys::UniqueFd lower = image::merged_view(store.layer_directories(store.get(container.image_id)));
  return image::changes_of(lower.get(), upper.get(), mount_points(registry, container));
}

void export_files(const Registry& registry, const image::Store& store, const Container& container,
                  int output) {
  const trace::Phase phase("export the files",
                           "layers and upper directory merged into one tree, and the tree as one tar");
  image::write_tar(root_of(registry, store, container).get(), output);
}

image::Config committed_config(const image::Config& image, const Settings& settings) {
  image::Config config = image;
  config.env = settings.env;
  config.working_dir = settings.working_directory;
  config.user = settings.user;
  config.healthcheck = settings.healthcheck;
  for (const auto& [name, value] : settings.labels)
    config.labels[name] = value;
  std::vector<std::string> whole = image.entrypoint;
  whole.insert(whole.end(), image.cmd.begin(), image.cmd.end());
  if (settings.args == whole) return config;
  const bool same_entrypoint =
      settings.args.size() >= image.entrypoint.size() &&
      std::equal(image.entrypoint.begin(), image.entrypoint.end(), settings.args.begin());
  if (!same_entrypoint) config.entrypoint.clear();
  config.cmd.assign(settings.args.begin() + static_cast<std::ptrdiff_t>(config.entrypoint.size()),
                    settings.args.end());
  return config;
}

image::Image commit(Engine& engine, const Container& container, const CommitRequest& request) {
  const Registry& registry = engine.registry();
  const image::Image base = engine.images().get(container.image_id);
  image::CommitOptions options;
  options.config = committed_config(base.config, container.settings);
  for (const std::string& change : request.changes)
    image::apply_instruction(options.config, change);
  options.created_by = fmt::format("{}", fmt::join(container.settings.args, " "));
  options.author = request.author;
  options.comment = request.message;
  if (!request.name.empty()) options.name = image::parse_reference(request.name);

  // A file in the store's own file system: a layer may be larger than memory.
  const std::string path = registry.directory(container.id) + "/commit.tar";
  const sys::UniqueFd tar = sys::open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  sys::unlink_if_present(path);
  {
    const trace::Phase phase("pack the changes",
                             "the upper directory as a layer: whiteouts become .wh. names, opaque "
                             "directories .wh..wh..opq");
    const Paused paused(engine, container, request.pause);
    const sys::UniqueFd upper = upper_of(registry, container);
    if (upper) {
      image::write_layer(upper.get(), tar.get(), mount_points(registry, container));
    } else {
      image::TarWriter([&](std::string_view bytes) { sys::write_all(tar.get(), bytes); }).finish();
    }
  }
  sys::rewind(tar.get());
  return engine.images().commit(base, tar.get(), options);
}

image::Merged merged_files(const Registry& registry, const image::Store& store, const Container& container) {
  image::Merged merged;
  for (const std::string& layer : store.layer_directories(store.get(container.image_id)))
    merged.add_layer(layer);
  const std::string upper = registry.directory(container.id) + "/upper";
  if (sys::exists(upper)) merged.add_layer(upper);
  return merged;
}

}  // namespace engine
