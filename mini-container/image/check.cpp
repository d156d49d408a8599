// See check.h.
#include "mini-container/image/check.h"

#include <fmt/format.h>

#include <array>
#include <set>

#include "base/sys/file.h"
#include "mini-container/image/digest.h"
#include "mini-container/image/store_change.h"

namespace image {

namespace {

constexpr const char* kAgain = "mini-container rmi -f IMAGE, and load or pull it again";

std::string digest_of_file(const std::string& path) {
  const sys::UniqueFd file = sys::open(path, O_RDONLY);
  Sha256 digest;
  std::array<char, 65536> buffer;
  while (const std::size_t count = sys::read(file.get(), buffer))
    digest.add({buffer.data(), count});
  return digest.finish();
}

class Check {
 public:
  explicit Check(const Store& store) : store_(store), layout_(StoreChange::layout_of(store.directory())) {}

  StoreCheck run() {
    if (!sys::exists(store_.directory() + "/oci")) return {};
    for (const std::string& digest : layout_.blobs())
      blob(digest);
    for (const Descriptor& entry : layout_.index())
      image(entry);
    return std::move(result_);
  }

 private:
  void fault(const std::string& what, const std::string& next) {
    result_.faults.push_back(what + ". Next: " + next);
  }

  void blob(const std::string& digest) {
    ++result_.blobs;
    present_.insert(digest);
    const std::string found = digest_of_file(layout_.blob_path(digest));
    if (found != digest) {
      broken_.insert(digest);
      fault(fmt::format("blob {} has the content of {}", digest, found), kAgain);
    }
  }

  void reference(const std::string& digest, const std::string& from) {
    if (!present_.contains(digest))
      fault(fmt::format("{} refers to {}, which is not there", from, digest), kAgain);
  }

  void image(const Descriptor& entry) {
    ++result_.images;
    const std::string name = entry.name.empty() ? entry.digest : entry.name;
    reference(entry.digest, "index.json (" + name + ")");
    if (!present_.contains(entry.digest) || broken_.contains(entry.digest)) return;
    try {
      const Manifest manifest = layout_.manifest(entry.digest);
      reference(manifest.config.digest, name);
      for (const Descriptor& layer : manifest.layers)
        reference(layer.digest, name);
      unpacked(store_.get(manifest.config.digest), name);
    } catch (const std::exception& error) {
      fault(fmt::format("{}: {}", name, error.what()), kAgain);
    }
  }

  void unpacked(const Image& image, const std::string& name) {
    for (const std::string& diff_id : image.diff_ids) {
      const std::string directory = StoreChange::layer_path(store_.directory(), diff_id);
      if (layers_.insert(directory).second) ++result_.layers;
      if (!sys::exists(directory)) fault(fmt::format("{}: layer {} is not unpacked", name, diff_id), kAgain);
    }
  }

  const Store& store_;
  Layout layout_;
  StoreCheck result_;
  std::set<std::string> present_, broken_, layers_;
};

}  // namespace

StoreCheck check_store(const Store& store) {
  return Check(store).run();
}

}  // namespace image
