// See fd.h. Descriptors are close-on-exec from birth: a program started by another thread must not inherit
// them.
#include "base/sys/fd.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sys {

namespace {

Outcome<long> openat2(int directory, const std::string& path, int flags, mode_t mode, std::uint64_t resolve,
                      Where where) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  // The kernel refuses a mode that no O_CREAT or O_TMPFILE asks for (EINVAL).
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) how.mode = mode;
  how.resolve = resolve;
  return attempt(
      "openat2", [&] { return fmt::format("{} under fd {}, flags {:#x}", path, directory, flags); },
      retry([&] { return ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how); }), where);
}

constexpr std::uint64_t kConfined = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;

}  // namespace

void UniqueFd::reset(int fd) {
  // WHY: not traced and not checked. On Linux the descriptor is gone even when close(2) reports an error.
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

UniqueFd open(const std::string& path, int flags, mode_t mode, Where where) {
  return openat(AT_FDCWD, path, flags, mode, where);
}

UniqueFd openat(int directory, const std::string& path, int flags, mode_t mode, Where where) {
  return UniqueFd(call(
      "openat",
      [&] {
        return directory == AT_FDCWD ? fmt::format("{}, flags {:#x}", path, flags)
                                     : fmt::format("{} under fd {}, flags {:#x}", path, directory, flags);
      },
      retry([&] { return ::openat(directory, path.c_str(), flags | O_CLOEXEC, mode); }), where));
}

UniqueFd open_in_root(int root, const std::string& path, int flags, mode_t mode, std::uint64_t resolve,
                      Where where) {
  const auto outcome = openat2(root, path, flags, mode, kConfined | resolve, where);
  if (!outcome.ok()) {
    throw Error(outcome.error, "openat2", fmt::format("{} inside the root", path),
                std::string(trace::Phase::current()));
  }
  return UniqueFd(static_cast<int>(outcome.value));
}

UniqueFd open_in_root_if_present(int root, const std::string& path, int flags, Where where) {
  const auto outcome = openat2(root, path, flags, 0, kConfined, where);
  if (outcome.ok()) return UniqueFd(static_cast<int>(outcome.value));
  if (outcome.error == ENOENT || outcome.error == ENOTDIR) return {};
  throw Error(outcome.error, "openat2", fmt::format("{} inside the root", path),
              std::string(trace::Phase::current()));
}

void mark_cloexec_from(unsigned first, Where where) {
  call(
      "close_range", [&] { return fmt::format("from {}, CLOSE_RANGE_CLOEXEC", first); },
      [&] { return ::close_range(first, ~0U, CLOSE_RANGE_CLOEXEC); }, where);
}

void close_range(unsigned first, unsigned last, Where where) {
  call(
      "close_range", [&] { return fmt::format("{} to {}", first, last); },
      [&] { return ::close_range(first, last, 0); }, where);
}

void set_cloexec(int fd, bool on, Where where) {
  call(
      "fcntl", [&] { return fmt::format("fd {}, F_SETFD, {}", fd, on ? "FD_CLOEXEC" : "0"); },
      [&] { return ::fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0); }, where);
}

bool is_inherited(int fd, Where where) {
  const auto flags = attempt(
      "fcntl", [&] { return fmt::format("{}, F_GETFD", fd); }, [&] { return ::fcntl(fd, F_GETFD); }, where);
  return flags.ok() && (flags.value & FD_CLOEXEC) == 0;
}

void set_nonblocking(int fd, bool on, Where where) {
  const int flags = call(
      "fcntl", [&] { return fmt::format("fd {}, F_GETFL", fd); }, [&] { return ::fcntl(fd, F_GETFL); },
      where);
  call(
      "fcntl", [&] { return fmt::format("fd {}, F_SETFL, {}", fd, on ? "O_NONBLOCK" : "blocking"); },
      [&] { return ::fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK); }, where);
}

UniqueFd dup(int fd, Where where) {
  return UniqueFd(call(
      "fcntl", [&] { return fmt::format("fd {}, F_DUPFD_CLOEXEC", fd); },
      [&] { return ::fcntl(fd, F_DUPFD_CLOEXEC, 3); }, where));
}

void dup_onto(int fd, int target, Where where) {
  if (fd == target) return set_cloexec(fd, false, where);
  call(
      "dup3", [&] { return fmt::format("fd {} onto {}", fd, target); },
      retry([&] { return ::dup3(fd, target, 0); }), where);
}

Pipe pipe(Where where) {
  int ends[2] = {-1, -1};
  call(
      "pipe2", [] { return std::string("O_CLOEXEC"); }, [&] { return ::pipe2(ends, O_CLOEXEC); }, where);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd memfd_create(const std::string& name, Where where) {
  return UniqueFd(call(
      "memfd_create", [&] { return name; },
      [&] { return ::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING); }, where));
}

std::size_t read(int fd, std::span<char> buffer, Where where) {
  return static_cast<std::size_t>(call(
      "read", [&] { return fmt::format("fd {}, up to {} bytes", fd, buffer.size()); },
      retry([&] { return ::read(fd, buffer.data(), buffer.size()); }), where));
}

void write_all(int fd, std::string_view bytes, Where where) {
  do {
    const auto written = call(
        "write", [&] { return fmt::format("fd {}, {} bytes", fd, bytes.size()); },
        retry([&] { return ::write(fd, bytes.data(), bytes.size()); }), where);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  } while (!bytes.empty());
}

void rewind(int fd, Where where) {
  call(
      "lseek", [&] { return fmt::format("fd {}, 0, SEEK_SET", fd); },
      [&] { return ::lseek(fd, 0, SEEK_SET); }, where);
}

bool write_if_read(int fd, std::string_view bytes, Where where) {
  const auto describe = [&] { return fmt::format("fd {}, {} bytes", fd, bytes.size()); };
  while (!bytes.empty()) {
    const auto outcome =
        attempt("write", describe, retry([&] { return ::write(fd, bytes.data(), bytes.size()); }), where);
    if (outcome.error == EPIPE) return false;
    if (!outcome.ok()) throw Error(outcome.error, "write", describe(), std::string(trace::Phase::current()));
    bytes.remove_prefix(static_cast<std::size_t>(outcome.value));
  }
  return true;
}

Outcome<ssize_t> try_read(int fd, std::span<char> buffer, Where where) {
  return attempt(
      "read", [&] { return fmt::format("fd {}, up to {} bytes", fd, buffer.size()); },
      retry([&] { return ::read(fd, buffer.data(), buffer.size()); }), where);
}

Outcome<ssize_t> try_write(int fd, std::string_view bytes, Where where) {
  return attempt(
      "write", [&] { return fmt::format("fd {}, {} bytes", fd, bytes.size()); },
      retry([&] { return ::write(fd, bytes.data(), bytes.size()); }), where);
}

std::string read_to_end(int fd, Where where) {
  std::string text;
  char buffer[4096];
  while (const std::size_t count = read(fd, buffer, where))
    text.append(buffer, count);
  return text;
}

int poll(std::span<pollfd> descriptors, int timeout_ms, Where where) {
  const auto outcome = attempt(
      "poll", [&] { return fmt::format("{} descriptors, {} ms", descriptors.size(), timeout_ms); },
      [&] { return ::poll(descriptors.data(), descriptors.size(), timeout_ms); }, where);
  if (outcome.ok()) return outcome.value;
  if (outcome.error == EINTR) {
    // The kernel has written nothing: what an earlier wait found must not look like news.
    for (pollfd& descriptor : descriptors)
      descriptor.revents = 0;
    return 0;
  }
  throw Error(outcome.error, "poll", fmt::format("{} descriptors", descriptors.size()));
}

std::string fd_path(int fd) {
  return fmt::format("/proc/self/fd/{}", fd);
}

}  // namespace sys
