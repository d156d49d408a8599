// What an archive says it holds, in either of the two forms there are, as one list. Reads only its documents.
//
//   docker-archive   manifest.json: [{Config, RepoTags, Layers}], paths in the archive; no digest but by name
//   OCI layout       index.json -> manifests -> config and layers, each by digest and size
//
// An archive of a recent `docker save` is both; then content comes from the layout and names from both.
// Reads: OCI image-spec image-layout.md, image-index.md, manifest.md; moby image/tarexport (the older form).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mini-container/image/layout.h"

namespace image {

// Text of a document by its path in the archive; nullopt if it is not there. Throws what cannot be read.
using Documents = std::function<std::optional<std::string>(const std::string&)>;

struct ArchivedLayer {
  std::string path;                     // in the archive
  std::optional<Descriptor> described;  // digest and size that it must have, where the archive says them
};

struct ArchivedImage {
  std::string config;                 // the bytes
  std::string manifest;               // the bytes; empty when the archive has none
  std::vector<ArchivedLayer> layers;  // lowest first, as many as the configuration has
  std::vector<std::string> names;     // "busybox:latest", checked
};

// Throws BadArchive (unpack.h) for what is no such archive, is damaged, or leads out of itself.
std::vector<ArchivedImage> images_of_archive(const Documents& documents);

}  // namespace image
