// See store.h.
#include "mini-container/image/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text/time.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/export.h"
#include "mini-container/image/store_change.h"

namespace image {

namespace {

bool is_id_prefix(const std::string& text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Store::Store(std::string directory) : directory_(std::move(directory)) {}

Image Store::import_tar(int tar, const std::optional<Reference>& name, const ImportOptions& options) {
  const trace::Phase phase("import an image",
                           "a layer is a tar: unpacked once, named by the digest of its bytes");
  Image image;
  image.architecture = host_architecture();
  image.os = "linux";
  image.config = options.config;
  return add(image, {}, tar, {.created = options.created, .comment = options.comment},
             name ? to_string(*name) : "", options.limits);
}

Image Store::commit(const Image& base, int layer, const CommitOptions& options) {
  const trace::Phase phase("commit an image",
                           "the image's layers, and what the container changed as one more");
  Image image = base;
  image.config = options.config;
  image.author = options.author;
  return add(image, StoreChange::layout_of(directory_).manifest(base.manifest).layers, layer,
             {.created_by = options.created_by, .author = options.author, .comment = options.comment},
             options.name ? to_string(*options.name) : "", {});
}

namespace {
// With nanoseconds: of two images made in one second it is known which is newer.
std::string now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
  return text::utc_time(nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000);
}
}  // namespace

Image Store::add(Image image, std::vector<Descriptor> layers, int tar, Step step, const std::string& name,
                 const Limits& limits) {
  StoreChange change(directory_);
  const StoredLayer layer = change.add_layer(tar, limits);
  if (step.created.empty()) step.created = now();
  image.created = step.created;
  image.history.push_back(std::move(step));
  image.diff_ids.push_back(layer.diff_id);
  image.layer_sizes.push_back(layer.unpacked_size);
  layers.push_back(layer.blob);
  const Manifest manifest{change.layout().write_blob(config_json(image), kConfigType), std::move(layers)};
  Descriptor entry = change.layout().write_blob(manifest_json(manifest), kManifestType);
  entry.unpacked_sizes = image.layer_sizes;
  auto index = change.layout().index();
  add_to_index(index, entry, name.empty() ? std::vector<std::string>() : std::vector{name});
  change.layout().write_index(index);
  change.keep();
  return get(manifest.config.digest);
}

std::vector<Image> Store::list() const {
  const Layout layout = StoreChange::layout_of(directory_);
  std::vector<Image> images;
  for (const Descriptor& entry : layout.index()) {
    const auto known = std::find_if(images.begin(), images.end(),
                                    [&](const Image& image) { return image.manifest == entry.digest; });
    Image& image = known != images.end() ? *known : images.emplace_back(load_image(layout, entry));
    if (!entry.name.empty()) image.names.push_back(entry.name);
  }
  return images;
}

// WHY: apart from the search by id, because every `run` comes here: it reads one image, not all.
std::optional<Image> Store::find_entry(const std::function<bool(const Descriptor&)>& fits) const {
  const Layout layout = StoreChange::layout_of(directory_);
  const auto index = layout.index();
  const auto found = std::find_if(index.begin(), index.end(), fits);
  if (found == index.end()) return std::nullopt;
  Image image = load_image(layout, *found);
  for (const Descriptor& entry : index) {
    if (entry.digest == found->digest && !entry.name.empty()) image.names.push_back(entry.name);
  }
  return image;
}

std::optional<Image> Store::find(const std::string& text) const {
  const bool is_id = is_id_prefix(hex_of(text)) && (text.starts_with("sha256:") || is_id_prefix(text));
  // WHY: 64 digits are no reference, by its grammar, and need not be tried as one.
  if (!text.starts_with("sha256:") && !(is_id && text.size() == 64)) {
    const Reference reference = parse_reference(text);
    auto image = find_entry([&](const Descriptor& entry) {
      // A tag beside a digest says nothing more.
      if (reference.digest.empty()) return entry.name == to_string(reference);
      const std::string known = familiar_name(reference) + "@" + reference.digest;
      return entry.digest == reference.digest ||
             std::find(entry.repo_digests.begin(), entry.repo_digests.end(), known) !=
                 entry.repo_digests.end();
    });
    if (image || !is_id) return image;
  }
  std::optional<Image> found;
  for (const Image& image : list()) {
    if (!hex_of(image.id).starts_with(hex_of(text))) continue;
    if (found && found->id != image.id) {
      throw NotFound(fmt::format("image id {} is ambiguous: give more digits", text));
    }
    found = image;
  }
  return found;
}

Image Store::get(const std::string& text) const {
  auto image = find(text);
  if (!image) {
    throw NotFound(
        fmt::format("No such image: {}. Next: mini-container images, or mini-container pull {}", text, text));
  }
  return *image;
}

void Store::tag(const Image& image, const Reference& name) {
  StoreChange change(directory_);
  auto manifests = change.layout().index();
  const auto known = std::find_if(manifests.begin(), manifests.end(),
                                  [&](const Descriptor& entry) { return entry.digest == image.manifest; });
  if (known == manifests.end())
    throw NotFound(fmt::format("image {} has been removed meanwhile", short_id(image)));
  const Descriptor entry = *known;
  add_to_index(manifests, entry, {to_string(name)});
  change.layout().write_index(manifests);
  change.keep();
}

std::vector<std::string> Store::layer_directories(const Image& image) const {
  const auto index = StoreChange::layout_of(directory_).index();
  const bool listed = std::any_of(index.begin(), index.end(),
                                  [&](const Descriptor& entry) { return entry.digest == image.manifest; });
  if (!listed) throw NotFound(fmt::format("No such image: {} has been removed meanwhile", short_id(image)));
  std::vector<std::string> directories;
  for (const std::string& diff_id : image.diff_ids)
    directories.push_back(StoreChange::layer_path(directory_, diff_id));
  return directories;
}

void Store::export_rootfs(const Image& image, int output) const {
  const trace::Phase phase("export an image", "all layers merged into one tree, and the tree as one tar");
  write_tar(merged_view(layer_directories(image)).get(), output);
}

}  // namespace image
