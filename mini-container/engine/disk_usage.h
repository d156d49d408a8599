// What images, containers and volumes take of the disk, and what of it could go. Layers that images share count once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mini-container/engine/engine.h"

namespace engine {

struct ImageUsage {
  image::Image image;
  std::uint64_t shared = 0;    // bytes of layers that other images have, too
  std::size_t containers = 0;  // made from it
};

struct ContainerUsage {
  Container container;
  std::uint64_t written = 0;
};

struct VolumeUsage {
  std::string name;
  std::size_t containers = 0;
  std::uint64_t bytes = 0;
};

// One kind of thing, as the short table shows it.
struct UsageSum {
  std::size_t total = 0, active = 0;
  std::uint64_t bytes = 0, reclaimable = 0;
};

struct DiskUsage {
  std::vector<ImageUsage> images;
  std::vector<ContainerUsage> containers;
  std::vector<VolumeUsage> volumes;
  UsageSum of_images, of_containers, of_volumes;
};

DiskUsage disk_usage(Engine& engine);

}  // namespace engine
