// See store_change.h.
#include "mini-container/image/store_change.h"

#include <algorithm>
#include <set>

#include "base/sys/file.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/layer_stream.h"

namespace image {

namespace {

std::string layer_name(const std::string& diff_id) {
  return "sha256-" + hex_of(diff_id);
}

// What the manifests of the index lead to.
struct Referenced {
  std::set<std::string> blobs;
  std::set<std::string> layers;
};

Referenced referenced_by(const Layout& layout) {
  Referenced referenced;
  for (const Descriptor& entry : layout.index()) {
    const Manifest manifest = layout.manifest(entry.digest);
    referenced.blobs.insert({entry.digest, manifest.config.digest});
    for (const Descriptor& layer : manifest.layers)
      referenced.blobs.insert(layer.digest);
    for (const std::string& diff_id : load_image(layout, entry).diff_ids)
      referenced.layers.insert(layer_name(diff_id));
  }
  return referenced;
}

// Removes a name from the list; an image must not vanish with it, so its last descriptor stays, nameless.
void take_name(std::vector<Descriptor>& manifests, const std::string& name, const std::string& new_owner) {
  for (Descriptor& manifest : manifests) {
    if (manifest.name == name) manifest.name.clear();
  }
  const auto redundant = [&](const Descriptor& manifest) {
    const auto same = [&](const Descriptor& other) {
      return &other != &manifest && other.digest == manifest.digest;
    };
    return manifest.name.empty() &&
           (manifest.digest == new_owner || std::any_of(manifests.begin(), manifests.end(), same));
  };
  // One at a time: of two nameless descriptors of one image, one stays.
  for (auto found = std::find_if(manifests.begin(), manifests.end(), redundant); found != manifests.end();
       found = std::find_if(manifests.begin(), manifests.end(), redundant)) {
    manifests.erase(found);
  }
}

}  // namespace

void add_to_index(std::vector<Descriptor>& index, const Descriptor& entry,
                  const std::vector<std::string>& names) {
  Descriptor added = entry;
  added.name.clear();
  const auto same = [&](const Descriptor& other) { return other.digest == entry.digest; };
  if (names.empty() && std::none_of(index.begin(), index.end(), same)) index.push_back(added);
  for (const std::string& name : names) {
    take_name(index, name, entry.digest);
    added.name = name;
    index.push_back(added);
  }
}

Image load_image(const Layout& layout, const Descriptor& entry) {
  const Manifest manifest = layout.manifest(entry.digest);
  Image image = parse_config(layout.read_blob(manifest.config.digest));
  image.id = manifest.config.digest;
  image.manifest = entry.digest;
  image.layer_sizes = entry.unpacked_sizes;
  image.repo_digests = entry.repo_digests;
  return image;
}

StoreChange::StoreChange(const std::string& directory)
    : directory_(directory), layout_(layout_of(directory)) {
  sys::mkdir_parents(directory, 0711);
  for (const char* folder : {"/layers", "/tmp"})
    sys::mkdir_if_missing(directory + folder, 0700);
  lock_ = sys::lock_file(directory + "/lock");
  empty_temporary();
  layout_.prepare();
}

StoreChange::~StoreChange() {
  if (kept_) return;
  try {
    empty_temporary();
    sweep();
  } catch (const std::exception&) {
    // The error that brought us here is on its way up; the next change empties tmp/ and sweeps again.
    return;
  }
}

void StoreChange::empty_temporary() const {
  for (const std::string& left : sys::list_directory(directory_ + "/tmp"))
    sys::remove_tree(temporary(left));
}

std::string StoreChange::layer_path(const std::string& directory, const std::string& diff_id) {
  return directory + "/layers/" + layer_name(diff_id);
}

StoredLayer StoreChange::add_layer(int tar, const Limits& limits) const {
  const std::string blob_path = temporary("blob");
  const std::string layer_path = temporary("layer");
  const sys::UniqueFd blob = sys::open(blob_path, O_WRONLY | O_CREAT | O_EXCL, 0644);
  sys::mkdir(layer_path, 0755);
  LayerStream stream(tar, blob.get(), limits.bytes);
  const sys::UniqueFd root = sys::open(layer_path, O_PATH | O_DIRECTORY);
  const Unpacked unpacked = stream.unpack(root.get(), limits);
  const LayerDigests digests = stream.finish();
  settle(blob_path, layout_.blob_path(digests.blob));
  settle(layer_path, this->layer_path(directory_, digests.diff_id));
  return {{.media_type = digests.media_type, .digest = digests.blob, .size = digests.blob_size},
          digests.diff_id,
          unpacked.bytes};
}

void StoreChange::settle(const std::string& from, const std::string& to) const {
  if (sys::exists(to)) {
    sys::remove_tree(from);
  } else {
    sys::rename(from, to);
  }
}

std::vector<std::string> StoreChange::sweep() const {
  const Referenced referenced = referenced_by(layout_);
  for (const std::string& digest : layout_.blobs()) {
    if (!referenced.blobs.contains(digest)) sys::unlink_if_present(layout_.blob_path(digest));
  }
  std::vector<std::string> removed;
  for (const std::string& name : sys::list_directory(directory_ + "/layers")) {
    if (referenced.layers.contains(name)) continue;
    // ORDER: out of sight first, so that a removal cut short leaves no half layer under its name.
    sys::rename(directory_ + "/layers/" + name, temporary(name));
    sys::remove_tree(temporary(name));
    removed.push_back("sha256:" + name.substr(name.find('-') + 1));
  }
  return removed;
}

}  // namespace image
