// See layout.h.
#include "mini-container/image/layout.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/text/text.h"
#include "mini-container/image/digest.h"

namespace image {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kNameAnnotation = "org.opencontainers.image.ref.name";
constexpr const char* kSizesAnnotation = "isolab.unpacked-sizes";
constexpr const char* kDigestsAnnotation = "isolab.repo-digests";
constexpr const char* kLayoutFile = "{\"imageLayoutVersion\": \"1.0.0\"}\n";

[[noreturn]] void damaged(const std::string& path, const std::string& why) {
  throw std::runtime_error(
      fmt::format("image store: {} is damaged: {}. Remove the image, or the store's folder, and import again",
                  path, why));
}

Json to_json(const Descriptor& descriptor) {
  Json json = {
      {"mediaType", descriptor.media_type}, {"digest", descriptor.digest}, {"size", descriptor.size}};
  if (!descriptor.name.empty()) json["annotations"][kNameAnnotation] = descriptor.name;
  if (!descriptor.unpacked_sizes.empty())
    json["annotations"][kSizesAnnotation] = fmt::format("{}", fmt::join(descriptor.unpacked_sizes, ","));
  if (!descriptor.repo_digests.empty())
    json["annotations"][kDigestsAnnotation] = fmt::format("{}", fmt::join(descriptor.repo_digests, ","));
  return json;
}

Descriptor to_entry(const nlohmann::json& json) {
  Descriptor entry = descriptor_of(json);
  const auto annotations = json.value("annotations", nlohmann::json::object());
  entry.name = annotations.value(kNameAnnotation, "");
  // WHY a name: the words are views of it, and a temporary would be gone when the loop begins.
  const std::string sizes = annotations.value(kSizesAnnotation, "");
  for (const std::string_view size : text::words(sizes, ","))
    entry.unpacked_sizes.push_back(text::number<std::uint64_t>(size).value_or(0));
  const std::string digests = annotations.value(kDigestsAnnotation, "");
  for (const std::string_view digest : text::words(digests, ","))
    entry.repo_digests.emplace_back(digest);
  return entry;
}

// Turns what is thrown about a document into an error that names the file.
template <class Read>
auto parsed(const std::string& path, const std::string& text, Read&& read) {
  try {
    return read(nlohmann::json::parse(text));
  } catch (const std::exception& error) {
    damaged(path, error.what());
  }
}

}  // namespace

void Layout::prepare() const {
  if (sys::exists(directory_ + "/oci-layout")) return;
  sys::mkdir_parents(directory_ + "/blobs/sha256");
  if (!sys::exists(directory_ + "/index.json")) write_index({});
  sys::write_file_atomically(directory_ + "/oci-layout", kLayoutFile);
}

std::vector<Descriptor> Layout::index() const {
  const std::string path = directory_ + "/index.json";
  const auto text = sys::read_file_if_present(path);
  if (!text) return {};
  return parsed(path, *text, [](const nlohmann::json& json) {
    std::vector<Descriptor> manifests;
    for (const auto& manifest : json.at("manifests"))
      manifests.push_back(to_entry(manifest));
    return manifests;
  });
}

void Layout::write_index(const std::vector<Descriptor>& manifests) const {
  Json json = {{"schemaVersion", 2}, {"manifests", Json::array()}};
  for (const Descriptor& manifest : manifests)
    json["manifests"].push_back(to_json(manifest));
  sys::write_file_atomically(directory_ + "/index.json", json.dump(2) + "\n");
}

Manifest Layout::manifest(const std::string& digest) const {
  return parsed(blob_path(digest), read_blob(digest), [](const nlohmann::json& json) {
    Manifest manifest{descriptor_of(json.at("config")), {}};
    for (const auto& layer : json.at("layers"))
      manifest.layers.push_back(descriptor_of(layer));
    return manifest;
  });
}

std::string Layout::read_blob(const std::string& digest) const {
  std::string bytes = sys::read_file(blob_path(digest));
  if (digest_of(bytes) != digest) damaged(blob_path(digest), "its content does not match its name");
  return bytes;
}

Descriptor Layout::write_blob(const std::string& bytes, const std::string& media_type) const {
  const std::string digest = digest_of(bytes);
  sys::write_file_atomically(blob_path(digest), bytes);
  return {.media_type = media_type, .digest = digest, .size = bytes.size()};
}

std::string Layout::blob_path(const std::string& digest) const {
  return directory_ + "/blobs/sha256/" + hex_of(digest);
}

std::vector<std::string> Layout::blobs() const {
  std::vector<std::string> digests;
  for (const std::string& name : sys::list_directory(directory_ + "/blobs/sha256"))
    digests.push_back("sha256:" + name);
  return digests;
}

Descriptor descriptor_of(const nlohmann::json& json) {
  Descriptor descriptor{
      .media_type = json.value("mediaType", ""), .digest = json.at("digest"), .size = json.at("size")};
  check_digest(descriptor.digest);
  return descriptor;
}

std::string manifest_json(const Manifest& manifest) {
  Json json = {{"schemaVersion", 2},
               {"mediaType", kManifestType},
               {"config", to_json(manifest.config)},
               {"layers", Json::array()}};
  for (const Descriptor& layer : manifest.layers)
    json["layers"].push_back(to_json(layer));
  return json.dump(2);
}

}  // namespace image
