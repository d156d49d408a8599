// Locks that die with their holder, and the small content that a lock file may carry. Declared in file.h.
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/sys/file.h"

namespace sys {

namespace {

constexpr int kMake = O_RDWR | O_CREAT;
constexpr int kFind = O_RDWR;
constexpr int kDirectory = O_RDONLY | O_DIRECTORY;

// Empty when there is nothing to open (unless `flags` make it) or, with LOCK_NB, the lock is taken.
UniqueFd lock(const std::string& path, int operation, int flags, Where where) {
  const auto opened = attempt(
      "openat", [&] { return path; }, retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); }),
      where);
  UniqueFd file(opened.ok() ? opened.value : -1);
  const bool missing = flags != kMake && (opened.error == ENOENT || opened.error == ENOTDIR);
  if (missing) return {};
  if (!opened.ok()) throw Error(opened.error, "openat", path, std::string(trace::Phase::current()));
  const auto locked = attempt(
      "flock", [&] { return path; }, retry([&] { return ::flock(file.get(), operation); }), where);
  if (locked.ok()) return file;
  if (locked.error == EWOULDBLOCK) return {};
  throw Error(locked.error, "flock", path, std::string(trace::Phase::current()));
}

}  // namespace

UniqueFd lock_file(const std::string& path, Where where) {
  return lock(path, LOCK_EX, kMake, where);
}

UniqueFd try_lock_file(const std::string& path, Where where) {
  return lock(path, LOCK_EX | LOCK_NB, kMake, where);
}

UniqueFd lock_file_if_present(const std::string& path, Where where) {
  return lock(path, LOCK_EX, kFind, where);
}

UniqueFd try_lock_file_if_present(const std::string& path, Where where) {
  return lock(path, LOCK_EX | LOCK_NB, kFind, where);
}

UniqueFd lock_directory_if_present(const std::string& path, Where where) {
  return lock(path, LOCK_EX, kDirectory, where);
}

UniqueFd try_lock_directory_if_present(const std::string& path, Where where) {
  return lock(path, LOCK_EX | LOCK_NB, kDirectory, where);
}

std::string read_at_start(int fd, Where where) {
  char buffer[4096];
  const auto length = call(
      "pread64", [&] { return fmt::format("fd {}, from 0", fd); },
      retry([&] { return ::pread(fd, buffer, sizeof buffer, 0); }), where);
  return std::string(buffer, static_cast<size_t>(length));
}

void write_at_start(int fd, std::string_view text, Where where) {
  call(
      "pwrite64", [&] { return fmt::format("fd {}, \"{}\" at 0", fd, text); },
      retry([&] { return ::pwrite(fd, text.data(), text.size(), 0); }), where);
}

}  // namespace sys
