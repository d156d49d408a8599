// Removing a tree that a hostile program may have filled, or may still be changing.
//
// Every step acts on an open directory and one name, with O_NOFOLLOW, so a link that appears meanwhile is
// removed, not followed; a directory on another device (a mount left behind) is refused, never emptied.
// Reads: openat(2), unlinkat(2), path_resolution(7).
#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "base/sys/file.h"

namespace sys {

namespace {

void empty_directory(int directory, dev_t device, Where where);

// Empty if there is no such name: another command may be removing the same tree.
UniqueFd open_directory(int parent, const std::string& name, Where where) {
  const auto describe = [&] { return fmt::format("{} under fd {}, a directory", name, parent); };
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const auto opened = attempt(
      "openat", describe, [&] { return ::openat(parent, name.c_str(), kFlags); }, where);
  if (!opened.ok() && opened.error != ENOENT) throw Error(opened.error, "openat", describe());
  return opened.ok() ? UniqueFd(static_cast<int>(opened.value)) : UniqueFd();
}

// False if there is no such name.
bool remove_at(int parent, const std::string& name, dev_t device, Where where) {
  const auto describe = [&] { return fmt::format("{} under fd {}", name, parent); };
  const auto unlinked = attempt(
      "unlinkat", describe, [&] { return ::unlinkat(parent, name.c_str(), 0); }, where);
  if (unlinked.ok()) return true;
  if (unlinked.error == ENOENT) return false;
  if (unlinked.error != EISDIR && unlinked.error != EPERM)
    throw Error(unlinked.error, "unlinkat", describe());

  const UniqueFd directory = open_directory(parent, name, where);
  if (!directory) return false;
  const struct stat status = fstat(directory.get(), where);
  if (device != 0 && status.st_dev != device) {
    throw Error(EXDEV, "unlinkat", describe(), {}, "something is still mounted there: umount it first");
  }
  empty_directory(directory.get(), status.st_dev, where);
  const auto removed = attempt(
      "unlinkat", describe, [&] { return ::unlinkat(parent, name.c_str(), AT_REMOVEDIR); }, where);
  if (!removed.ok() && removed.error != ENOENT) throw Error(removed.error, "unlinkat", describe());
  return removed.ok();
}

void empty_directory(int directory, dev_t device, Where where) {
  // fdopendir(3) takes its descriptor over; the caller keeps its own.
  UniqueFd copy = dup(directory, where);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(copy.release()), ::closedir);
  if (!entries) throw Error(errno, "fdopendir", fmt::format("fd {}", directory));
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") remove_at(directory, name, device, where);
  }
}

}  // namespace

bool remove_tree(const std::string& path, Where where) {
  return remove_at(AT_FDCWD, path, 0, where);
}

bool remove_tree_at(int directory, const std::string& name, Where where) {
  return remove_at(directory, name, fstat(directory, where).st_dev, where);
}

}  // namespace sys
