// See inode.h.
#include "base/sys/inode.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

namespace sys {

namespace {

constexpr std::size_t kLargestAttribute = 65536;  // XATTR_SIZE_MAX and XATTR_LIST_MAX of linux/limits.h

// WHY: there is no setxattrat(2) before Linux 6.13. The magic link leads to the open directory, and the l-form
// of the call does not follow the last name.
std::string path_beneath(int directory, const std::string& name) {
  return fmt::format("/proc/self/fd/{}/{}", directory, name);
}

std::string beneath(int directory, const std::string& name) {
  return fmt::format("{} under fd {}", name, directory);
}

}  // namespace

std::optional<struct stat> statat_if_present(int directory, const std::string& name, Where where) {
  struct stat status {};
  const auto outcome = attempt(
      "fstatat", [&] { return beneath(directory, name); },
      [&] { return ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW); }, where);
  if (outcome.ok()) return status;
  if (outcome.error == ENOENT) return std::nullopt;
  throw Error(outcome.error, "fstatat", beneath(directory, name), std::string(trace::Phase::current()));
}

std::vector<std::string> list_directory(int directory, Where where) {
  // fdopendir(3) takes its descriptor over, and a copy would share its offset: open the directory anew.
  UniqueFd copy = openat(directory, ".", O_RDONLY | O_DIRECTORY, 0, where);
  DIR* opened = call(
      "fdopendir", [&] { return fmt::format("fd {}", directory); }, [&] { return ::fdopendir(copy.get()); },
      where);
  copy.release();
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opened, ::closedir);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

UniqueFd create_at_if_missing(int directory, const std::string& name, mode_t mode, Where where) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  const auto describe = [&] {
    return fmt::format("{}, O_CREAT|O_EXCL, {:#o}", beneath(directory, name), mode);
  };
  const auto outcome = attempt("openat", describe,
                               retry([&] { return ::openat(directory, name.c_str(), kFlags, mode); }), where);
  if (outcome.ok()) return UniqueFd(outcome.value);
  if (outcome.error == EEXIST) return {};
  throw Error(outcome.error, "openat", describe(), std::string(trace::Phase::current()));
}

void linkat(int target_directory, const std::string& target, int directory, const std::string& name,
            Where where) {
  call(
      "linkat", [&] { return beneath(directory, name) + " to " + beneath(target_directory, target); },
      [&] { return ::linkat(target_directory, target.c_str(), directory, name.c_str(), 0); }, where);
}

void fchmodat_nofollow(int directory, const std::string& name, mode_t mode, Where where) {
  const auto describe = [&] { return fmt::format("{}, {:#o}, no link", beneath(directory, name), mode); };
  // WHY: by name, glibc makes four calls of it.
  if (name.empty()) {
    call(
        "fchmod", describe, [&] { return ::fchmod(directory, mode); }, where);
  } else {
    call(
        "fchmodat", describe, [&] { return ::fchmodat(directory, name.c_str(), mode, AT_SYMLINK_NOFOLLOW); },
        where);
  }
}

void utimensat(int directory, const std::string& name, const timespec& time, Where where) {
  const timespec times[] = {time, time};
  call(
      "utimensat", [&] { return fmt::format("{}, {} s", beneath(directory, name), time.tv_sec); },
      [&] {
        return name.empty() ? ::futimens(directory, times)
                            : ::utimensat(directory, name.c_str(), times, AT_SYMLINK_NOFOLLOW);
      },
      where);
}

bool set_attribute_if_supported(int directory, const std::string& name, const std::string& attribute,
                                std::string_view value, Where where) {
  const auto describe = [&] { return fmt::format("{}, {}", beneath(directory, name), attribute); };
  const std::string path = path_beneath(directory, name);
  const auto outcome = attempt(
      name.empty() ? "fsetxattr" : "lsetxattr", describe,
      [&] {
        return name.empty() ? ::fsetxattr(directory, attribute.c_str(), value.data(), value.size(), 0)
                            : ::lsetxattr(path.c_str(), attribute.c_str(), value.data(), value.size(), 0);
      },
      where);
  if (outcome.ok()) return true;
  if (outcome.error == ENOTSUP) return false;
  throw Error(outcome.error, "lsetxattr", describe(), std::string(trace::Phase::current()));
}

std::vector<std::string> list_attributes(int directory, const std::string& name, Where where) {
  std::string list(kLargestAttribute, '\0');
  const std::string path = path_beneath(directory, name);
  const auto outcome = attempt(
      "llistxattr", [&] { return beneath(directory, name); },
      [&] { return ::llistxattr(path.c_str(), list.data(), list.size()); }, where);
  if (outcome.error == ENOTSUP) return {};
  if (!outcome.ok())
    throw Error(outcome.error, "llistxattr", beneath(directory, name), std::string(trace::Phase::current()));
  list.resize(static_cast<std::size_t>(outcome.value));
  std::vector<std::string> names;
  for (std::size_t at = 0; at < list.size(); at += names.back().size() + 1)
    names.emplace_back(list.c_str() + at);
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> get_attribute(int directory, const std::string& name, const std::string& attribute,
                                         Where where) {
  std::string value(kLargestAttribute, '\0');
  const std::string path = path_beneath(directory, name);
  const auto describe = [&] { return fmt::format("{}, {}", beneath(directory, name), attribute); };
  const auto outcome = attempt(
      "lgetxattr", describe,
      [&] { return ::lgetxattr(path.c_str(), attribute.c_str(), value.data(), value.size()); }, where);
  if (outcome.error == ENODATA || outcome.error == ENOTSUP) return std::nullopt;
  if (!outcome.ok())
    throw Error(outcome.error, "lgetxattr", describe(), std::string(trace::Phase::current()));
  value.resize(static_cast<std::size_t>(outcome.value));
  return value;
}

void ftruncate(int fd, off_t size, Where where) {
  call(
      "ftruncate", [&] { return fmt::format("fd {}, {} bytes", fd, size); },
      retry([&] { return ::ftruncate(fd, size); }), where);
}

void pwrite_all(int fd, std::string_view bytes, off_t offset, Where where) {
  while (!bytes.empty()) {
    const auto written = call(
        "pwrite", [&] { return fmt::format("fd {}, {} bytes at {}", fd, bytes.size(), offset); },
        retry([&] { return ::pwrite(fd, bytes.data(), bytes.size(), offset); }), where);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += written;
  }
}

std::size_t read_at(int fd, std::span<char> buffer, off_t offset, Where where) {
  return static_cast<std::size_t>(call(
      "pread64", [&] { return fmt::format("fd {}, {} bytes at {}", fd, buffer.size(), offset); },
      retry([&] { return ::pread(fd, buffer.data(), buffer.size(), offset); }), where));
}

}  // namespace sys
