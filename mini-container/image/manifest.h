// What a manifest and an index of others say, whether they come in an archive or from a registry. Pure.
//
//     index (several platforms) -> manifest (one image) -> configuration and layers, each by digest and size
//
// Reads: OCI image-spec manifest.md, image-index.md, config.md; distribution docs/spec/manifest-v2-2.md (Docker's names).
#pragma once

#include <string>
#include <vector>

#include "mini-container/image/layout.h"

namespace image {

inline constexpr const char* kIndexType = "application/vnd.oci.image.index.v1+json";
inline constexpr const char* kDockerListType = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr const char* kDockerManifestType = "application/vnd.docker.distribution.manifest.v2+json";

struct Platform {
  std::string os = "linux";
  std::string architecture;  // OCI's name: "amd64"
  std::string variant = {};  // "v8"; empty for any
};

Platform host_platform();
// "linux/arm64/v8", "linux/arm64", or "arm64" alone. Throws std::invalid_argument.
Platform parse_platform(const std::string& text);
std::string to_string(const Platform& platform);

bool is_index(const std::string& media_type);

// The media type that a manifest or index says it has; by its members if it says none. Throws BadArchive (unpack.h)
// for JSON that is neither.
std::string media_type_of(const std::string& manifest);

// Of an index, the manifest for `platform`. Throws BadArchive with the platforms that there are.
Descriptor choose(const std::string& index, const Platform& platform);

// Throws BadArchive for what is malformed.
Manifest parse_manifest(const std::string& json);

// Throws BadArchive unless the configuration is of a linux image with as many layers as the manifest has, neither none
// nor more than an overlay mount carries.
void check_config(const std::string& config, std::size_t layers);

}  // namespace image
