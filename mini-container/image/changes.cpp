// See changes.h.
#include "mini-container/image/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/sys/fd.h"
#include "base/sys/inode.h"
#include "mini-container/image/export.h"

namespace image {

namespace {

constexpr int kList = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

bool same_owner_and_mode(const struct stat& one, const struct stat& other) {
  return one.st_mode == other.st_mode && one.st_uid == other.st_uid && one.st_gid == other.st_gid;
}

class Comparison {
 public:
  explicit Comparison(const std::set<std::string>& ignored) : ignored_(ignored) {}

  // `lower` is -1 where the image has no such directory.
  void directory(int lower, int upper, const std::string& path) {
    for (const std::string& name : sys::list_directory(upper))
      entry(lower, upper, name, fmt::format("{}/{}", path, name));
  }
  std::vector<Change> take() { return std::move(changes_); }

 private:
  void entry(int lower, int upper, const std::string& name, const std::string& path);
  void both_directories(int lower, int upper, const std::string& name, const std::string& path, bool opaque);
  void hidden(int lower, int upper, const std::string& path);

  const std::set<std::string>& ignored_;
  std::vector<Change> changes_;
  bool skipped_ = false;  // a mount point of the engine, since somebody last looked
};

void Comparison::entry(int lower, int upper, const std::string& name, const std::string& path) {
  if (ignored_.contains(path)) {
    skipped_ = true;
    return;
  }
  const auto now = sys::statat_if_present(upper, name);
  if (!now) return;
  const auto before = lower < 0 ? std::nullopt : sys::statat_if_present(lower, name);
  if (is_whiteout(*now)) {
    if (before) changes_.push_back({'D', path});
    return;
  }
  const std::size_t place = changes_.size();
  changes_.push_back({before ? 'C' : 'A', path});
  if (!S_ISDIR(now->st_mode)) return;
  const bool was_directory = before && S_ISDIR(before->st_mode);
  skipped_ = false;
  both_directories(was_directory ? lower : -1, upper, name, path, is_opaque(upper, name));
  // WHY: the engine's mount point in it is all that has happened to this directory.
  const bool only_mounts = skipped_ && was_directory && changes_.size() == place + 1;
  if (only_mounts && same_owner_and_mode(*before, *now)) changes_.pop_back();
  skipped_ = false;
}

void Comparison::both_directories(int lower, int upper, const std::string& name, const std::string& path,
                                  bool opaque) {
  const sys::UniqueFd below = lower < 0 ? sys::UniqueFd() : sys::openat(lower, name, kList);
  const sys::UniqueFd above = sys::openat(upper, name, kList);
  directory(below ? below.get() : -1, above.get(), path);
  if (opaque && below) hidden(below.get(), above.get(), path);
}

// An opaque directory has been removed and made again: what it does not have now is gone.
void Comparison::hidden(int lower, int upper, const std::string& path) {
  for (const std::string& name : sys::list_directory(lower)) {
    if (!sys::statat_if_present(upper, name)) changes_.push_back({'D', fmt::format("{}/{}", path, name)});
  }
}

}  // namespace

std::vector<Change> changes_of(int lower, int upper, const std::set<std::string>& ignored) {
  Comparison comparison(ignored);
  comparison.directory(lower, upper, "");
  std::vector<Change> changes = comparison.take();
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& one, const Change& other) { return one.path < other.path; });
  return changes;
}

}  // namespace image
