// See descent.h.
#include "base/sys/descent.h"

#include <algorithm>

#include "base/sys/file.h"
#include "base/sys/inode.h"

namespace sys {

namespace {

constexpr int kStep = O_PATH | O_DIRECTORY | O_NOFOLLOW;

UniqueFd step(int at, const std::string& name) {
  return open_in_root(at, name, kStep, 0, RESOLVE_NO_SYMLINKS);
}

UniqueFd step_or_make(int at, const std::string& name) {
  // WHY opened first: an archive mostly says what a directory is before it says what is in it.
  if (UniqueFd there = open_in_root_if_present(at, name, kStep)) return there;
  // WHY: mode again after mkdir, because the umask of whoever runs us is none of the image's business.
  if (mkdirat_if_missing(at, name, 0755)) fchmodat_nofollow(at, name, 0755);
  return step(at, name);
}

}  // namespace

std::size_t Descent::keep(std::span<const std::string> path) {
  const auto same = [](const Step& kept, const std::string& name) { return kept.name == name; };
  const auto parted = std::mismatch(steps_.begin(), steps_.end(), path.begin(), path.end(), same).first;
  steps_.erase(parted, steps_.end());
  return steps_.size();
}

int Descent::to(std::span<const std::string> path) {
  for (const std::string& name : path.subspan(keep(path)))
    steps_.push_back({name, step(last(), name)});
  return last();
}

int Descent::make(std::span<const std::string> path) {
  for (const std::string& name : path.subspan(keep(path)))
    steps_.push_back({name, step_or_make(last(), name)});
  return last();
}

}  // namespace sys
