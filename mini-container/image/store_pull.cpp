// What comes from a registry becomes an image of the store. Declared in store.h; incoming.h has the layers on their way.
#include <algorithm>

#include "base/sys/file.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/incoming.h"
#include "mini-container/image/manifest.h"
#include "mini-container/image/store.h"

namespace image {

namespace {

// All entries of one image say the same of it: what is new is written into each.
void add_digest(std::vector<Descriptor>& index, const std::string& manifest, const std::string& digest) {
  for (Descriptor& entry : index) {
    auto& known = entry.repo_digests;
    if (entry.digest == manifest && std::find(known.begin(), known.end(), digest) == known.end())
      known.push_back(digest);
  }
}

}  // namespace

std::optional<StoredLayer> Store::layer(const Descriptor& blob, const std::string& diff_id) const {
  const Layout layout = StoreChange::layout_of(directory_);
  if (!sys::exists(layout.blob_path(blob.digest)) ||
      !sys::exists(StoreChange::layer_path(directory_, diff_id)))
    return std::nullopt;
  for (const Image& image : list()) {
    const auto found = std::find(image.diff_ids.begin(), image.diff_ids.end(), diff_id);
    const auto at = static_cast<std::size_t>(found - image.diff_ids.begin());
    if (at < image.layer_sizes.size()) return StoredLayer{blob, diff_id, image.layer_sizes[at]};
  }
  return std::nullopt;
}

std::optional<Image> Store::adopt(const PulledImage& pulled, std::vector<IncomingLayer>& fetched) {
  const trace::Phase phase("keep the image",
                           "layers first, then manifest and index: nothing shows before it is whole");
  StoreChange change(directory_);
  const Manifest manifest = parse_manifest(pulled.manifest);
  const Image config = parse_config(pulled.config);
  std::vector<std::uint64_t> sizes;
  for (std::size_t at = 0; at < manifest.layers.size(); ++at) {
    const auto came = std::find_if(fetched.begin(), fetched.end(), [&](const IncomingLayer& layer) {
      return layer.digest() == manifest.layers[at].digest;
    });
    const auto known = came != fetched.end() ? std::optional(came->stored())
                                             : layer(manifest.layers[at], config.diff_ids.at(at));
    if (!known) return std::nullopt;
    sizes.push_back(known->unpacked_size);
  }
  for (IncomingLayer& layer : fetched)
    layer.settle(change);
  change.layout().write_blob(pulled.config, kConfigType);
  Descriptor entry = change.layout().write_blob(pulled.manifest, media_type_of(pulled.manifest));
  entry.unpacked_sizes = std::move(sizes);
  auto index = change.layout().index();
  for (const Descriptor& known : index)
    if (known.digest == entry.digest) entry.repo_digests = known.repo_digests;
  const Reference& reference = pulled.reference;
  add_to_index(index, entry,
               reference.digest.empty() ? std::vector{to_string(reference)} : std::vector<std::string>());
  add_digest(index, entry.digest, familiar_name(reference) + "@" + pulled.digest);
  change.layout().write_index(index);
  change.keep();
  // ORDER: the names under which their locks are waited for go last; another pull would find neither layer nor lock, and fetch it.
  for (const IncomingLayer& layer : fetched)
    layer.discard();
  return get(manifest.config.digest);
}

void Store::add_repo_digest(const Image& image, const std::string& digest) {
  StoreChange change(directory_);
  auto index = change.layout().index();
  add_digest(index, image.manifest, digest);
  change.layout().write_index(index);
  change.keep();
}

}  // namespace image
