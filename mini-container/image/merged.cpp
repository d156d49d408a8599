// See merged.h.
#include "mini-container/image/merged.h"

#include <fmt/format.h>

#include "base/sys/fd.h"
#include "base/sys/inode.h"
#include "mini-container/image/export.h"

namespace image {

namespace {
constexpr int kList = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
}

std::uint64_t MergedFile::bytes() const {
  return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void Merged::add_layer(const std::string& directory) {
  effects_.emplace_back();
  covered_.clear();
  add_below(sys::open(directory, kList).get(), "");
}

void Merged::add_below(int directory, const std::string& path) {
  for (const std::string& name : sys::list_directory(directory)) {
    const auto status = sys::statat_if_present(directory, name);
    if (!status) continue;
    const std::string here = fmt::format("{}/{}", path, name);
    if (is_whiteout(*status)) {
      hide(here, true);
      continue;
    }
    const bool is_directory = S_ISDIR(status->st_mode);
    if (is_directory && is_opaque(directory, name)) hide(here, false);
    place(here, *status);
    if (is_directory) add_below(sys::openat(directory, name, kList).get(), here);
  }
}

void Merged::place(const std::string& path, const struct stat& status) {
  const auto before = files_.find(path);
  const bool was_there = before != files_.end();
  LayerEffect& effect = effects_.back();
  if (S_ISDIR(status.st_mode) && was_there && S_ISDIR(before->second.status.st_mode)) {
    // Two directories are one; the upper gives its mode.
    before->second = {effects_.size() - 1, status};
    return;
  }
  const MergedFile now = {effects_.size() - 1, status};
  if (was_there) {
    const bool tree = S_ISDIR(before->second.status.st_mode);
    if (tree) hide(path, false);
    covered_.push_back({path, 'C', before->second, now.bytes()});
    effect.hidden += before->second.bytes();
    ++effect.changed;
  } else if (!S_ISDIR(status.st_mode)) {
    ++effect.added;
  }
  files_[path] = now;
}

void Merged::hide(const std::string& path, bool and_itself) {
  LayerEffect& effect = effects_.back();
  // Everything below it stands between PATH/ and PATH0 ('0' is what follows '/').
  auto from = files_.lower_bound(path + "/");
  const auto to = files_.lower_bound(path + "0");
  for (auto one = from; one != to; ++one) {
    if (S_ISDIR(one->second.status.st_mode)) continue;
    covered_.push_back({one->first, 'D', one->second, 0});
    effect.hidden += one->second.bytes();
    ++effect.removed;
  }
  files_.erase(from, to);
  const auto itself = and_itself ? files_.find(path) : files_.end();
  if (itself == files_.end()) return;
  covered_.push_back({path, 'D', itself->second, 0});
  effect.hidden += itself->second.bytes();
  if (!S_ISDIR(itself->second.status.st_mode)) ++effect.removed;
  files_.erase(itself);
}

}  // namespace image
