// See incoming.h.
#include "mini-container/image/incoming.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "mini-container/image/digest.h"

namespace image {

namespace {

std::string incoming_folder(const std::string& store) {
  return store + "/incoming";
}

// The locked directory of that name. Whoever had it before may have removed it; then it is made again.
sys::UniqueFd locked_directory(const std::string& path) {
  for (;;) {
    sys::mkdir_if_missing(path, 0700);
    sys::UniqueFd lock = sys::lock_directory_if_present(path);
    if (lock && sys::fstat(lock.get()).st_nlink > 0) return lock;
  }
}

}  // namespace

IncomingLayer::IncomingLayer(const std::string& store, const Descriptor& blob)
    : store_(store), directory_(incoming_folder(store) + "/" + hex_of(blob.digest)), blob_(blob) {
  sys::mkdir_parents(store, 0711);
  sys::mkdir_if_missing(incoming_folder(store), 0700);
  lock_ = locked_directory(directory_);
  if (const auto left = sys::stat_if_present(directory_ + "/blob"))
    kept_ = static_cast<std::uint64_t>(left->st_size);
  if (kept_ <= blob.size) return;
  sys::unlink_if_present(directory_ + "/blob");
  kept_ = 0;
}

StoredLayer IncomingLayer::stream(const Source& more, const Limits& limits) const {
  const std::string files = directory_ + "/layer";
  const sys::UniqueFd blob = sys::open(directory_ + "/blob", O_RDWR | O_CREAT | O_APPEND, 0644);
  sys::remove_tree(files);
  sys::mkdir(files, 0755);
  const sys::UniqueFd root = sys::open(files, O_PATH | O_DIRECTORY);
  const Source all = [&](std::span<char> buffer) {
    if (const std::size_t count = sys::read(blob.get(), buffer)) return count;
    const std::size_t count = more(buffer);
    // WHY the end is where the next read stands: O_APPEND writes there, too.
    if (count > 0) sys::write_all(blob.get(), {buffer.data(), count});
    return count;
  };
  LayerStream stream(all, limits.bytes);
  const Unpacked unpacked = stream.unpack(root.get(), limits);
  const LayerDigests digests = stream.finish();
  return {{.media_type = blob_.media_type, .digest = digests.blob, .size = digests.blob_size},
          digests.diff_id,
          unpacked.bytes};
}

// What a blob that cannot be unpacked is called, to the last byte: its digest says whether it is damaged, or bad as it is.
std::string IncomingLayer::digest_of_all(const Source& more) const {
  Sha256 sum;
  std::vector<char> buffer(1 << 16);
  const sys::UniqueFd blob = sys::open(directory_ + "/blob", O_RDONLY);
  while (const std::size_t count = sys::read(blob.get(), buffer))
    sum.add({buffer.data(), count});
  while (const std::size_t count = more(buffer))
    sum.add({buffer.data(), count});
  return sum.finish();
}

void IncomingLayer::unpack(const Source& more, const std::string& diff_id, const Limits& limits) {
  try {
    stored_ = stream(more, limits);
    if (stored_.blob.digest != blob_.digest) throw BadArchive("it has another digest");
    if (stored_.diff_id != diff_id) {
      throw BadArchive(fmt::format("layer {} is not the one that the configuration names: {} instead of {}",
                                   blob_.digest, stored_.diff_id, diff_id));
    }
  } catch (const BadArchive&) {
    const std::string came = digest_of_all(more);
    discard();
    if (came == blob_.digest) throw;
    throw BadArchive(fmt::format("filesystem layer verification failed for digest {}: what came is {}",
                                 blob_.digest, came));
  }
}

void IncomingLayer::settle(const StoreChange& change) const {
  change.settle(directory_ + "/blob", change.layout().blob_path(blob_.digest));
  change.settle(directory_ + "/layer", StoreChange::layer_path(store_, stored_.diff_id));
}

// ORDER: the lock is let go later, by the destructor: who waited for it finds a directory without a name.
void IncomingLayer::discard() const {
  sys::remove_tree(directory_);
}

void forget_incoming(const std::string& store) {
  if (!sys::exists(incoming_folder(store))) return;
  for (const std::string& name : sys::list_directory(incoming_folder(store))) {
    const std::string path = incoming_folder(store) + "/" + name;
    if (const sys::UniqueFd lock = sys::try_lock_directory_if_present(path)) sys::remove_tree(path);
  }
}

}  // namespace image
