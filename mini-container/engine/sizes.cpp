// See sizes.h.
#include "mini-container/engine/sizes.h"

#include <set>

#include "base/sys/file.h"
#include "base/sys/inode.h"
#include "mini-container/engine/engine.h"

namespace engine {

namespace {

std::uint64_t size_below(int directory, std::set<ino_t>& linked) {
  std::uint64_t bytes = 0;
  for (const std::string& name : sys::list_directory(directory)) {
    const auto found = sys::statat_if_present(directory, name);
    if (!found) continue;
    if (S_ISDIR(found->st_mode)) {
      bytes += size_below(sys::openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(), linked);
    } else if ((S_ISREG(found->st_mode) || S_ISLNK(found->st_mode)) &&
               (found->st_nlink == 1 || linked.insert(found->st_ino).second)) {
      bytes += static_cast<std::uint64_t>(found->st_size);
    }
  }
  return bytes;
}

}  // namespace

std::uint64_t size_of_tree(const std::string& directory) {
  if (!sys::exists(directory)) return 0;
  std::set<ino_t> linked;
  return size_below(sys::open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(), linked);
}

Sizes Engine::sizes_of(const Container& container) {
  const std::uint64_t written = size_of_tree(registry_.directory(container.id) + "/upper");
  return {written, written + images_.get(container.image_id).size()};
}

}  // namespace engine
