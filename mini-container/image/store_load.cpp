// `load` and `save`: images with all their parts, as one tar that other engines read. Declared in store.h.
//
// What is saved is an OCI layout with Docker's manifest.json beside it, as `docker save` writes since version 25:
// older Docker reads the one, podman, skopeo and containerd either. Layers stay compressed as they are.
// Reads: OCI image-spec image-layout.md, moby image/tarexport.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/sys/file.h"
#include "mini-container/image/archive_files.h"
#include "mini-container/image/archive_images.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/manifest.h"
#include "mini-container/image/store.h"
#include "mini-container/image/store_change.h"
#include "mini-container/image/tar_writer.h"

namespace image {

namespace {

using Json = nlohmann::ordered_json;

class Loading {
 public:
  Loading(const StoreChange& change, const ArchiveFiles& files, const Limits& limits)
      : change_(change), files_(files), limits_(limits) {}

  // The index entry, nameless.
  Descriptor add(const ArchivedImage& image) {
    const Image config = parse_config(image.config);
    Manifest manifest{change_.layout().write_blob(image.config, kConfigType), {}};
    std::vector<std::uint64_t> sizes;
    for (std::size_t layer = 0; layer < image.layers.size(); ++layer) {
      const StoredLayer stored = add(image.layers[layer], config.diff_ids[layer]);
      manifest.layers.push_back(stored.blob);
      sizes.push_back(stored.unpacked_size);
    }
    const std::string bytes = image.manifest.empty() ? manifest_json(manifest) : image.manifest;
    Descriptor entry = change_.layout().write_blob(bytes, media_type_of(bytes));
    entry.unpacked_sizes = std::move(sizes);
    return entry;
  }

 private:
  StoredLayer add(const ArchivedLayer& layer, const std::string& diff_id) {
    const auto known = stored_.find(layer.path);
    if (known != stored_.end() && known->second.diff_id == diff_id) return known->second;
    return stored_[layer.path] = unpack(layer, diff_id);
  }

  StoredLayer unpack(const ArchivedLayer& layer, const std::string& diff_id) {
    const trace::Phase phase("load a layer", "unpacked once, and believed only when its digests are right");
    const sys::UniqueFd source = files_.open(layer.path);
    StoredLayer stored = change_.add_layer(source.get(), limits_);
    const bool described = !layer.described || (layer.described->digest == stored.blob.digest &&
                                                layer.described->size == stored.blob.size);
    if (!described)
      throw BadArchive(fmt::format("the archive's layer {} does not match its digest and size", layer.path));
    if (stored.diff_id != diff_id) {
      throw BadArchive(
          fmt::format("the archive's layer {} is not the one that the configuration names: {} instead of {}",
                      layer.path, stored.diff_id, diff_id));
    }
    return stored;
  }

  const StoreChange& change_;
  const ArchiveFiles& files_;
  const Limits& limits_;
  std::map<std::string, StoredLayer> stored_;  // by path: layers that images share
};

// The archive as a tar: parents before what is in them, each blob once.
class Saving {
 public:
  Saving(const Layout& layout, int output)
      : layout_(layout), tar_([output](std::string_view bytes) { sys::write_all(output, bytes); }) {}

  void blob(const std::string& digest) {
    if (!written_.insert(digest).second) return;
    const sys::UniqueFd file = sys::open(layout_.blob_path(digest), O_RDONLY);
    TarEntry entry = entry_of("blobs/sha256/" + hex_of(digest), S_IFREG, 0644);
    entry.size = static_cast<std::uint64_t>(sys::fstat(file.get()).st_size);
    tar_.add(entry);
    std::vector<char> buffer(1 << 16);
    while (const std::size_t count = sys::read(file.get(), buffer))
      tar_.content({buffer.data(), count});
  }
  void document(const std::string& path, const std::string& text) {
    TarEntry entry = entry_of(path, S_IFREG, 0644);
    entry.size = text.size();
    tar_.add(entry);
    tar_.content(text);
  }
  void directory(const std::string& path) { tar_.add(entry_of(path, S_IFDIR, 0755)); }
  void finish() { tar_.finish(); }

 private:
  // WHY no times: the same images give the same archive.
  static TarEntry entry_of(const std::string& path, mode_t type, mode_t mode) {
    TarEntry entry;
    entry.path = path;
    entry.type = type;
    entry.mode = mode;
    return entry;
  }
  const Layout& layout_;
  TarWriter tar_;
  std::set<std::string> written_;
};

Json index_entry(const Descriptor& manifest, const std::string& name) {
  Json entry = {{"mediaType", manifest.media_type}, {"digest", manifest.digest}, {"size", manifest.size}};
  if (name.empty()) return entry;
  const Reference reference = parse_reference(name);
  entry["annotations"] = {
      {"io.containerd.image.name", fmt::format("{}/{}:{}", reference.domain, reference.path, reference.tag)},
      {"org.opencontainers.image.ref.name", reference.tag}};
  return entry;
}

std::string blob_name(const std::string& digest) {
  return "blobs/sha256/" + hex_of(digest);
}

Json docker_entry(const Manifest& manifest, const std::vector<std::string>& names) {
  Json entry = {
      {"Config", blob_name(manifest.config.digest)}, {"RepoTags", names}, {"Layers", Json::array()}};
  for (const Descriptor& layer : manifest.layers)
    entry["Layers"].push_back(blob_name(layer.digest));
  return entry;
}

}  // namespace

std::vector<Image> Store::load(int tar, const Limits& limits) {
  const trace::Phase phase("load images",
                           "layers first, then manifests, then the index: nothing shows before it is whole");
  StoreChange change(directory_);
  const ArchiveFiles files(tar, change.temporary("archive"), limits);
  const auto images = images_of_archive([&](const std::string& name) {
    return files.has(name) ? std::optional(files.document(name)) : std::nullopt;
  });
  Loading loading(change, files, limits);
  auto index = change.layout().index();
  std::vector<Image> loaded;
  for (const ArchivedImage& image : images) {
    Descriptor entry = loading.add(image);
    Image& made = loaded.emplace_back(load_image(change.layout(), entry));
    made.names = image.names;
    add_to_index(index, entry, image.names);
  }
  change.layout().write_index(index);
  change.keep();
  sys::remove_tree(change.temporary("archive"));
  return loaded;
}

void Store::save(const std::vector<SavedImage>& images, int output) const {
  const trace::Phase phase("save images", "manifests, configurations and layers as they lie in the store");
  const Layout layout = StoreChange::layout_of(directory_);
  Saving saving(layout, output);
  Json index = {{"schemaVersion", 2},
                {"mediaType", "application/vnd.oci.image.index.v1+json"},
                {"manifests", Json::array()}};
  Json docker = Json::array();
  saving.directory("blobs");
  saving.directory("blobs/sha256");
  for (const SavedImage& one : images) {
    const Manifest manifest = layout.manifest(one.image.manifest);
    for (const Descriptor& layer : manifest.layers)
      saving.blob(layer.digest);
    saving.blob(manifest.config.digest);
    saving.blob(one.image.manifest);
    const std::string bytes = layout.read_blob(one.image.manifest);
    const Descriptor described{
        .media_type = media_type_of(bytes), .digest = one.image.manifest, .size = bytes.size()};
    for (const std::string& name : one.names.empty() ? std::vector<std::string>{""} : one.names)
      index["manifests"].push_back(index_entry(described, name));
    docker.push_back(docker_entry(manifest, one.names));
  }
  saving.document("index.json", index.dump());
  saving.document("manifest.json", docker.dump());
  saving.document("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  saving.finish();
}

}  // namespace image
