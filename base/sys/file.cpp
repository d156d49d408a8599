// See file.h.
#include "base/sys/file.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <memory>

namespace sys {

namespace {

// For calls where one errno is an answer: true on success, false on `expected`, sys::Error otherwise.
template <class Operation>
bool succeeds_unless(int expected, const char* name, const std::string& arguments, Operation&& operation,
                     Where where) {
  const auto outcome = attempt(
      name, [&] { return arguments; }, operation, where);
  if (outcome.ok()) return true;
  if (outcome.error == expected) return false;
  throw Error(outcome.error, name, arguments, std::string(trace::Phase::current()));
}

}  // namespace

std::string read_file(const std::string& path, Where where) {
  return read_to_end(open(path, O_RDONLY, 0, where).get(), where);
}

std::optional<std::string> read_file_if_present(const std::string& path, Where where) {
  const auto outcome = attempt(
      "openat", [&] { return path; }, retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }),
      where);
  if (outcome.ok()) {
    const UniqueFd file(outcome.value);
    try {
      return read_to_end(file.get(), where);
    } catch (const Error& error) {
      // WHY: the file was there, but its process (/proc/PID) or group (cgroup.procs) went after the open.
      if (error.error() == ESRCH || error.error() == ENODEV) return std::nullopt;
      throw;
    }
  }
  if (outcome.error == ENOENT || outcome.error == ENOTDIR) return std::nullopt;
  throw Error(outcome.error, "openat", path, std::string(trace::Phase::current()));
}

void write_existing_file(const std::string& path, std::string_view text, Where where) {
  const UniqueFd file = open(path, O_WRONLY, 0, where);
  call(
      "write", [&] { return fmt::format("{}, \"{}\"", path, text); },
      retry([&] { return ::write(file.get(), text.data(), text.size()); }), where);
}

namespace {

void replace(const std::string& path, std::string_view text, mode_t mode, bool durable, Where where) {
  // WHY: a name of its own for each writer; two processes that replace the same file must not share a
  // temporary.
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  try {
    const UniqueFd file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode, where);
    write_all(file.get(), text, where);
    if (durable) fsync(file.get(), where);
    rename(temporary, path, where);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

}  // namespace

void write_file_atomically(const std::string& path, std::string_view text, mode_t mode, Where where) {
  replace(path, text, mode, true, where);
}

void replace_file(const std::string& path, std::string_view text, mode_t mode, Where where) {
  replace(path, text, mode, false, where);
}

UniqueFd create_exclusive(const std::string& path, mode_t mode, Where where) {
  const auto outcome = attempt(
      "openat", [&] { return fmt::format("{}, O_CREAT|O_EXCL, {:#o}", path, mode); },
      retry([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode); }), where);
  if (outcome.ok()) return UniqueFd(outcome.value);
  if (outcome.error == EEXIST) return {};
  throw Error(outcome.error, "openat", path, std::string(trace::Phase::current()));
}

void fsync(int fd, Where where) {
  call(
      "fsync", [&] { return fmt::format("fd {}", fd); }, [&] { return ::fsync(fd); }, where);
}

void syncfs(int fd, Where where) {
  call(
      "syncfs", [&] { return fmt::format("fd {}", fd); }, [&] { return ::syncfs(fd); }, where);
}

void mkdir(const std::string& path, mode_t mode, Where where) {
  call(
      "mkdir", [&] { return fmt::format("{}, {:#o}", path, mode); },
      [&] { return ::mkdir(path.c_str(), mode); }, where);
}

bool mkdir_if_missing(const std::string& path, mode_t mode, Where where) {
  return succeeds_unless(
      EEXIST, "mkdir", path, [&] { return ::mkdir(path.c_str(), mode); }, where);
}

void mkdir_parents(const std::string& path, mode_t mode, Where where) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (!exists(parent)) mkdir_if_missing(parent, mode, where);
  }
  mkdir_if_missing(path, mode, where);
}

bool mkdirat_if_missing(int directory, const std::string& name, mode_t mode, Where where) {
  return succeeds_unless(
      EEXIST, "mkdirat", fmt::format("{} under fd {}, {:#o}", name, directory, mode),
      [&] { return ::mkdirat(directory, name.c_str(), mode); }, where);
}

bool rmdir_if_present(const std::string& path, Where where) {
  return succeeds_unless(
      ENOENT, "rmdir", path, [&] { return ::rmdir(path.c_str()); }, where);
}

bool unlink_if_present(const std::string& path, Where where) {
  return succeeds_unless(
      ENOENT, "unlink", path, [&] { return ::unlink(path.c_str()); }, where);
}

void rename(const std::string& from, const std::string& to, Where where) {
  call(
      "rename", [&] { return fmt::format("{} to {}", from, to); },
      [&] { return ::rename(from.c_str(), to.c_str()); }, where);
}

void symlinkat(const std::string& target, int directory, const std::string& name, Where where) {
  call(
      "symlinkat", [&] { return fmt::format("{} -> {} under fd {}", name, target, directory); },
      [&] { return ::symlinkat(target.c_str(), directory, name.c_str()); }, where);
}

bool symlinkat_if_missing(const std::string& target, int directory, const std::string& name, Where where) {
  return succeeds_unless(
      EEXIST, "symlinkat", fmt::format("{} -> {} under fd {}", name, target, directory),
      [&] { return ::symlinkat(target.c_str(), directory, name.c_str()); }, where);
}

std::optional<std::string> readlink_if_present(const std::string& path, Where where) {
  char target[PATH_MAX];
  const auto outcome = attempt(
      "readlinkat", [&] { return path; },
      [&] { return ::readlinkat(AT_FDCWD, path.c_str(), target, sizeof target); }, where);
  if (outcome.ok()) return std::string(target, static_cast<size_t>(outcome.value));
  const bool none = outcome.error == ENOENT || outcome.error == ENOTDIR || outcome.error == EINVAL;
  if (none) return std::nullopt;
  throw Error(outcome.error, "readlinkat", path, std::string(trace::Phase::current()));
}

void mknodat(int directory, const std::string& name, mode_t mode, dev_t device, Where where) {
  if (!mknodat_if_missing(directory, name, mode, device, where)) {
    throw Error(EEXIST, "mknodat", name, std::string(trace::Phase::current()));
  }
}

bool mknodat_if_missing(int directory, const std::string& name, mode_t mode, dev_t device, Where where) {
  const std::string arguments =
      fmt::format("{} under fd {}, {:#o}, {}:{}", name, directory, mode, major(device), minor(device));
  return succeeds_unless(
      EEXIST, "mknodat", arguments, [&] { return ::mknodat(directory, name.c_str(), mode, device); }, where);
}

void fchmodat(int directory, const std::string& name, mode_t mode, Where where) {
  call(
      "fchmodat", [&] { return fmt::format("{} under fd {}, {:#o}", name, directory, mode); },
      [&] { return ::fchmodat(directory, name.c_str(), mode, 0); }, where);
}

void fchownat(int directory, const std::string& name, uid_t uid, gid_t gid, Where where) {
  call(
      "fchownat", [&] { return fmt::format("{} under fd {}, {}:{}", name, directory, uid, gid); },
      [&] { return ::fchownat(directory, name.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH); },
      where);
}

bool fchown_if_allowed(int fd, uid_t uid, gid_t gid, Where where) {
  const auto outcome = attempt(
      "fchown", [&] { return fmt::format("fd {}, {}:{}", fd, uid, gid); },
      [&] { return ::fchown(fd, uid, gid); }, where);
  if (outcome.ok()) return true;
  if (outcome.error == EPERM || outcome.error == EINVAL || outcome.error == EROFS) return false;
  throw Error(outcome.error, "fchown", fmt::format("fd {}", fd), std::string(trace::Phase::current()));
}

std::string readlink(const std::string& path, Where where) {
  return readlinkat(AT_FDCWD, path, where);
}

std::string readlinkat(int directory, const std::string& name, Where where) {
  char target[PATH_MAX];
  const auto length = call(
      "readlinkat", [&] { return name; },
      [&] { return ::readlinkat(directory, name.c_str(), target, sizeof target); }, where);
  return std::string(target, static_cast<size_t>(length));
}

struct stat stat(const std::string& path, Where where) {
  struct stat status {};
  call(
      "stat", [&] { return path; }, [&] { return ::stat(path.c_str(), &status); }, where);
  return status;
}

struct stat fstat(int fd, Where where) {
  struct stat status {};
  call(
      "fstat", [&] { return fmt::format("fd {}", fd); }, [&] { return ::fstat(fd, &status); }, where);
  return status;
}

std::optional<struct stat> fstat_if_open(int fd, Where where) {
  struct stat status {};
  const auto outcome = attempt(
      "fstat", [&] { return fmt::format("fd {}", fd); }, [&] { return ::fstat(fd, &status); }, where);
  if (outcome.ok()) return status;
  if (outcome.error == EBADF) return std::nullopt;
  throw Error(outcome.error, "fstat", fmt::format("fd {}", fd), std::string(trace::Phase::current()));
}

std::optional<struct stat> stat_if_present(const std::string& path, Where where) {
  struct stat status {};
  const auto outcome = attempt(
      "stat", [&] { return path; }, [&] { return ::stat(path.c_str(), &status); }, where);
  if (outcome.ok()) return status;
  if (outcome.error == ENOENT || outcome.error == ENOTDIR) return std::nullopt;
  throw Error(outcome.error, "stat", path, std::string(trace::Phase::current()));
}

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::vector<std::string> list_directory(const std::string& path, Where where) {
  DIR* opened = call(
      "opendir", [&] { return path; }, [&] { return ::opendir(path.c_str()); }, where);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opened, ::closedir);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void chdir(const std::string& path, Where where) {
  call(
      "chdir", [&] { return path; }, [&] { return ::chdir(path.c_str()); }, where);
}

void fchdir(int directory, Where where) {
  call(
      "fchdir", [&] { return fmt::format("fd {}", directory); }, [&] { return ::fchdir(directory); }, where);
}

std::string getcwd(Where where) {
  char path[PATH_MAX];
  // WHY not libc's: where the kernel says "(unreachable)/...", glibc climbs ".." in search of the root, and takes the
  // same directory seen through another mount for it.
  call(
      "getcwd", [] { return std::string(); }, [&] { return ::syscall(SYS_getcwd, path, sizeof path); },
      where);
  return path;
}

long filesystem_type(int fd, Where where) {
  struct statfs status {};
  call(
      "fstatfs", [&] { return fmt::format("fd {}", fd); }, [&] { return ::fstatfs(fd, &status); }, where);
  return static_cast<long>(status.f_type);
}

}  // namespace sys
