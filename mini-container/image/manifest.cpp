// See manifest.h.
#include "mini-container/image/manifest.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text/text.h"
#include "mini-container/image/image.h"
#include "mini-container/image/unpack.h"

namespace image {

namespace {

using Json = nlohmann::json;

// WHY: 127 layers are what overlay mounts of Docker carry.
constexpr std::size_t kMostLayers = 127;
constexpr std::size_t kMostPlatforms = 1000;

Platform platform_of(const Json& entry) {
  const Json platform = entry.value("platform", Json::object());
  return {.os = platform.value("os", ""),
          .architecture = platform.value("architecture", ""),
          .variant = platform.value("variant", "")};
}

bool fits(const Platform& offered, const Platform& wanted) {
  return offered.os == wanted.os && offered.architecture == wanted.architecture &&
         (wanted.variant.empty() || offered.variant == wanted.variant);
}

// Runs `read`; what is thrown about a document is told as a property of `what`.
template <class Read>
auto reading(const char* what, Read&& read) {
  try {
    return read();
  } catch (const BadArchive&) {
    throw;
  } catch (const std::exception& error) {
    throw BadArchive(fmt::format("the {} is malformed: {}", what, error.what()));
  }
}

}  // namespace

Platform host_platform() {
  return {.os = "linux", .architecture = host_architecture()};
}

Platform parse_platform(const std::string& text) {
  const auto parts = text::split(text, '/');
  const bool empty = text.find("//") != std::string::npos || text.starts_with('/') || text.ends_with('/');
  if (text.empty() || empty || parts.size() > 3) {
    throw std::invalid_argument(
        fmt::format("\"{}\" is no platform: expected OS/ARCHITECTURE[/VARIANT], such as linux/arm64", text));
  }
  if (parts.size() == 1) return {.os = "linux", .architecture = text};
  return {.os = std::string(parts[0]),
          .architecture = std::string(parts[1]),
          .variant = parts.size() == 3 ? std::string(parts[2]) : ""};
}

std::string to_string(const Platform& platform) {
  return fmt::format("{}/{}{}{}", platform.os, platform.architecture, platform.variant.empty() ? "" : "/",
                     platform.variant);
}

bool is_index(const std::string& media_type) {
  return media_type == kIndexType || media_type == kDockerListType;
}

std::string media_type_of(const std::string& manifest) {
  return reading("manifest", [&] {
    const Json json = Json::parse(manifest);
    const std::string said = json.value("mediaType", "");
    if (!said.empty()) return said;
    if (json.contains("manifests")) return std::string(kIndexType);
    if (json.contains("config")) return std::string(kManifestType);
    throw BadArchive("it is neither a manifest nor an index of version 2");
  });
}

Descriptor choose(const std::string& index, const Platform& platform) {
  return reading("index", [&] {
    const Json json = Json::parse(index);
    const Json& manifests = json.at("manifests");
    if (!manifests.is_array() || manifests.size() > kMostPlatforms)
      throw BadArchive("the index is no list of manifests");
    std::vector<std::string> offered;
    for (const Json& entry : manifests) {
      if (fits(platform_of(entry), platform)) return descriptor_of(entry);
      offered.push_back(to_string(platform_of(entry)));
    }
    throw BadArchive(fmt::format("no matching manifest for {} in the manifest list entries: {}",
                                 to_string(platform), fmt::join(offered, ", ")));
  });
}

Manifest parse_manifest(const std::string& text) {
  return reading("manifest", [&] {
    const Json json = Json::parse(text);
    Manifest manifest{descriptor_of(json.at("config")), {}};
    for (const Json& layer : json.at("layers"))
      manifest.layers.push_back(descriptor_of(layer));
    return manifest;
  });
}

void check_config(const std::string& text, std::size_t layers) {
  const Image config = reading("configuration", [&] { return parse_config(text); });
  if (config.diff_ids.size() != layers) {
    throw BadArchive(fmt::format("the image has {} layers, and digests for {} in its configuration", layers,
                                 config.diff_ids.size()));
  }
  if (layers == 0) throw BadArchive("the image has no layer");
  if (layers > kMostLayers)
    throw BadArchive(fmt::format("the image has {} layers; {} are the most", layers, kMostLayers));
  if (config.os != "linux")
    throw BadArchive(fmt::format("the image is for {}, and this is linux", config.os));
}

}  // namespace image
