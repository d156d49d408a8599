// See archive_files.h.
#include "mini-container/image/archive_files.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "mini-container/image/layer_stream.h"

namespace image {

namespace {
constexpr off_t kLongestDocument = 4 << 20;
}

ArchiveFiles::ArchiveFiles(int tar, const std::string& folder, const Limits& limits) {
  sys::mkdir(folder, 0700);
  root_ = sys::open(folder, O_PATH | O_DIRECTORY);
  LayerStream stream(tar, limits.bytes);
  stream.unpack(root_.get(), limits);
  stream.finish();
}

bool ArchiveFiles::has(const std::string& name) const {
  return static_cast<bool>(sys::open_in_root_if_present(root_.get(), name, O_PATH));
}

sys::UniqueFd ArchiveFiles::open(const std::string& name) const {
  // ORDER: seen before it is opened, because opening a device or a FIFO of the archive does something.
  const sys::UniqueFd found = sys::open_in_root_if_present(root_.get(), name, O_PATH);
  if (!found) throw BadArchive(fmt::format("the archive refers to \"{}\", which it does not hold", name));
  if (!S_ISREG(sys::fstat(found.get()).st_mode))
    throw BadArchive(fmt::format("the archive refers to \"{}\", which is no file", name));
  return sys::open(sys::fd_path(found.get()), O_RDONLY);
}

std::string ArchiveFiles::document(const std::string& name) const {
  const sys::UniqueFd file = open(name);
  if (sys::fstat(file.get()).st_size > kLongestDocument)
    throw BadArchive(fmt::format("\"{}\" of the archive is longer than 4 MiB", name));
  return sys::read_to_end(file.get());
}

}  // namespace image
