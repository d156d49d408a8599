// See disk_usage.h.
#include "mini-container/engine/disk_usage.h"

#include <map>

#include "mini-container/engine/volumes.h"

namespace engine {

namespace {

// A layer that several images are made of.
struct Layer {
  std::uint64_t bytes = 0;
  std::size_t images = 0;
  bool active = false;  // a container stands on it
};
using Layers = std::map<std::string, Layer>;

Layers layers_of(const std::vector<ImageUsage>& images) {
  Layers layers;
  for (const ImageUsage& one : images) {
    for (std::size_t index = 0; index < one.image.diff_ids.size(); ++index) {
      Layer& layer = layers[one.image.diff_ids[index]];
      layer.bytes = one.image.layer_sizes.at(index);
      layer.active = layer.active || one.containers > 0;
      ++layer.images;
    }
  }
  return layers;
}

void add_images(DiskUsage& usage, const image::Store& store) {
  for (const image::Image& image : store.list()) {
    ImageUsage& one = usage.images.emplace_back(ImageUsage{image});
    for (const ContainerUsage& other : usage.containers)
      if (other.container.image_id == image.id) ++one.containers;
  }
  const Layers layers = layers_of(usage.images);
  for (ImageUsage& one : usage.images) {
    for (const std::string& layer : one.image.diff_ids)
      if (layers.at(layer).images > 1) one.shared += layers.at(layer).bytes;
    if (one.containers > 0) ++usage.of_images.active;
  }
  usage.of_images.total = usage.images.size();
  for (const auto& [_, layer] : layers) {
    usage.of_images.bytes += layer.bytes;
    if (!layer.active) usage.of_images.reclaimable += layer.bytes;
  }
}

void add_containers(DiskUsage& usage, Engine& engine) {
  for (const Container& container : engine.registry().list()) {
    const std::uint64_t written = size_of_tree(engine.registry().directory(container.id) + "/upper");
    usage.containers.push_back({container, written});
    ++usage.of_containers.total;
    if (!container.at_rest()) ++usage.of_containers.active;
    usage.of_containers.bytes += written;
    if (container.at_rest()) usage.of_containers.reclaimable += written;
  }
}

void add_volumes(DiskUsage& usage, const Registry& registry) {
  const Volumes volumes(registry);
  for (const VolumeRecord& volume : volumes.list()) {
    const VolumeUsage one = {volume.name, volumes.users(volume.name).size(),
                             size_of_tree(volumes.data_of(volume.name))};
    usage.volumes.push_back(one);
    ++usage.of_volumes.total;
    if (one.containers > 0) ++usage.of_volumes.active;
    usage.of_volumes.bytes += one.bytes;
    if (one.containers == 0) usage.of_volumes.reclaimable += one.bytes;
  }
}

}  // namespace

DiskUsage disk_usage(Engine& engine) {
  DiskUsage usage;
  add_containers(usage, engine);
  add_images(usage, engine.images());
  add_volumes(usage, engine.registry());
  return usage;
}

}  // namespace engine
