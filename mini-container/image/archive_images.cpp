// See archive_images.h.
#include "mini-container/image/archive_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/sys/error.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/manifest.h"
#include "mini-container/image/reference.h"
#include "mini-container/image/unpack.h"

namespace image {

namespace {

using Json = nlohmann::json;

// WHY: an index is never this long, nor this deep.
constexpr std::size_t kMostImages = 1000;
constexpr int kDeepestIndex = 4;

constexpr const char* kLayoutFile = "oci-layout";
constexpr const char* kDockerFile = "manifest.json";

std::string document(const Documents& documents, const std::string& name) {
  if (auto text = documents(name)) return std::move(*text);
  throw BadArchive(fmt::format("the archive refers to \"{}\", which it does not hold", name));
}

std::string blob_name(const std::string& digest) {
  return "blobs/sha256/" + hex_of(digest);
}

// A document by its descriptor, checked against it.
std::string described_document(const Documents& documents, const Descriptor& descriptor) {
  std::string bytes = document(documents, blob_name(descriptor.digest));
  if (bytes.size() != descriptor.size || digest_of(bytes) != descriptor.digest)
    throw BadArchive(
        fmt::format("the archive's blob {} does not match its digest and size", descriptor.digest));
  return bytes;
}

// Names as the store keeps them; a bare tag ("latest", which OCI allows) names nothing.
void add_name(std::vector<std::string>& names, const std::string& text) {
  const bool bare_tag = text.find_first_of(":/") == std::string::npos;
  if (text.empty() || bare_tag) return;
  const Reference reference = parse_reference(text);
  if (!reference.digest.empty()) return;
  const std::string name = to_string(reference);
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// SPEC: the docker-archive names a configuration by its digest, "HEX.json" or "blobs/sha256/HEX".
void check_config_name(const std::string& path, const std::string& bytes) {
  const std::size_t slash = path.rfind('/');
  std::string name = path.substr(slash == std::string::npos ? 0 : slash + 1);
  if (name.ends_with(".json")) name.resize(name.size() - 5);
  const bool digest = name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (digest && digest_of(bytes) != "sha256:" + name)
    throw BadArchive(
        fmt::format("the archive's configuration \"{}\" does not match the digest in its name", path));
}

std::vector<ArchivedImage> docker_images(const Documents& documents) {
  std::vector<ArchivedImage> images;
  const Json list = Json::parse(document(documents, kDockerFile));
  if (!list.is_array() || list.size() > kMostImages)
    throw BadArchive("manifest.json of the archive is no list of images");
  for (const Json& entry : list) {
    const std::string path = entry.at("Config");
    ArchivedImage image{.config = document(documents, path), .manifest = {}, .layers = {}, .names = {}};
    check_config_name(path, image.config);
    for (const Json& layer : entry.at("Layers"))
      image.layers.push_back({layer.get<std::string>(), std::nullopt});
    if (const auto tags = entry.find("RepoTags"); tags != entry.end() && !tags->is_null()) {
      for (const Json& tag : *tags)
        add_name(image.names, tag.get<std::string>());
    }
    images.push_back(std::move(image));
  }
  return images;
}

ArchivedImage layout_image(const Documents& documents, const Descriptor& descriptor, int depth) {
  const std::string bytes = described_document(documents, descriptor);
  if (is_index(descriptor.media_type)) {
    if (depth == kDeepestIndex) throw BadArchive("the archive's indexes lead from one to the next");
    return layout_image(documents, choose(bytes, host_platform()), depth + 1);
  }
  const Manifest manifest = parse_manifest(bytes);
  ArchivedImage image{
      .config = described_document(documents, manifest.config), .manifest = bytes, .layers = {}, .names = {}};
  for (const Descriptor& layer : manifest.layers)
    image.layers.push_back({blob_name(layer.digest), layer});
  return image;
}

std::vector<ArchivedImage> layout_images(const Documents& documents) {
  const Json index = Json::parse(document(documents, "index.json"));
  const Json& entries = index.at("manifests");
  if (!entries.is_array() || entries.size() > kMostImages)
    throw BadArchive("index.json of the archive is no index");
  std::vector<ArchivedImage> images;
  for (const Json& entry : entries) {
    ArchivedImage image = layout_image(documents, descriptor_of(entry), 0);
    const Json annotations = entry.value("annotations", Json::object());
    add_name(image.names, annotations.value("io.containerd.image.name", ""));
    if (image.names.empty())
      add_name(image.names, annotations.value("org.opencontainers.image.ref.name", ""));
    const auto same = [&](const ArchivedImage& other) { return other.manifest == image.manifest; };
    const auto known = std::find_if(images.begin(), images.end(), same);
    if (known == images.end()) {
      images.push_back(std::move(image));
    } else {
      for (const std::string& name : image.names)
        add_name(known->names, name);
    }
  }
  return images;
}

std::vector<ArchivedImage> read_images(const Documents& documents) {
  const bool layout = documents(kLayoutFile).has_value();
  const bool docker = documents(kDockerFile).has_value();
  if (!layout && !docker) {
    throw BadArchive(
        "the archive has neither manifest.json (docker save) nor oci-layout. For the tar of a root file "
        "system there "
        "is `mini-container import`");
  }
  if (!layout) return docker_images(documents);
  std::vector<ArchivedImage> images = layout_images(documents);
  if (!docker) return images;
  for (const ArchivedImage& named : docker_images(documents)) {
    for (ArchivedImage& image : images) {
      if (image.config != named.config) continue;
      for (const std::string& name : named.names)
        add_name(image.names, name);
    }
  }
  return images;
}

}  // namespace

std::vector<ArchivedImage> images_of_archive(const Documents& documents) {
  try {
    std::vector<ArchivedImage> images = read_images(documents);
    for (const ArchivedImage& image : images)
      check_config(image.config, image.layers.size());
    return images;
  } catch (const BadArchive&) {
    throw;
  } catch (const sys::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw BadArchive(fmt::format("a document of the archive is malformed: {}", error.what()));
  }
}

}  // namespace image
