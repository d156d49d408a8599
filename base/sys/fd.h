// File descriptors: owned, close-on-exec from birth, and opened without leaving a root when a path is
// foreign.
// Reads: open(2), openat2(2), close(2), close_range(2), dup(2), pipe(2), memfd_create(2), fcntl(2), poll(2).
#pragma once

#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/sys/call.h"

namespace sys {

// Owns one descriptor; closes it once. Move-only.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// open(2) with O_CLOEXEC added. For paths that the host's administrator or the user named.
UniqueFd open(const std::string& path, int flags, mode_t mode = 0, Where where = Where::current());
// The same relative to a directory. `path` is one name or a trusted path.
UniqueFd openat(int directory, const std::string& path, int flags, mode_t mode = 0,
                Where where = Where::current());

// openat2(2) confined to `root`: absolute links and ".." stop at it, magic links (/proc/*/fd) are refused.
// For every path that an image or a container had a say in. `resolve` adds RESOLVE_* flags
// (RESOLVE_NO_SYMLINKS ...).
UniqueFd open_in_root(int root, const std::string& path, int flags, mode_t mode = 0,
                      std::uint64_t resolve = 0, Where where = Where::current());
// As open_in_root, but returns an empty UniqueFd when the path does not exist (ENOENT, ENOTDIR).
UniqueFd open_in_root_if_present(int root, const std::string& path, int flags,
                                 Where where = Where::current());

// close_range(2) with CLOSE_RANGE_CLOEXEC: marks every descriptor from `first` up, so that none reaches the
// program.
void mark_cloexec_from(unsigned first, Where where = Where::current());
// fcntl(2) F_SETFD: clears or sets close-on-exec on one descriptor.
// close_range(2): closes every descriptor from `first` to `last`, open or not.
void close_range(unsigned first, unsigned last, Where where = Where::current());
void set_cloexec(int fd, bool on, Where where = Where::current());
// fcntl(2) F_GETFD: open since before this program began, so without close-on-exec.
bool is_inherited(int fd, Where where = Where::current());
void set_nonblocking(int fd, bool on, Where where = Where::current());

UniqueFd dup(int fd, Where where = Where::current());
// dup3(2) onto a given number, without close-on-exec: for standard input, output and error.
void dup_onto(int fd, int target, Where where = Where::current());

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};
Pipe pipe(Where where = Where::current());

UniqueFd memfd_create(const std::string& name, Where where = Where::current());

// read(2) once: the bytes read, 0 at the end. Writes all of `bytes`, however many write(2) calls it takes.
std::size_t read(int fd, std::span<char> buffer, Where where = Where::current());
void write_all(int fd, std::string_view bytes, Where where = Where::current());
// lseek(2) to the beginning.
void rewind(int fd, Where where = Where::current());
// As write_all, but false when the reader of a pipe or socket is gone (EPIPE; SIGPIPE must be blocked).
bool write_if_read(int fd, std::string_view bytes, Where where = Where::current());
// read(2) and write(2) once, where EAGAIN (empty, full), EIO and EPIPE (nobody at the other end) are answers.
Outcome<ssize_t> try_read(int fd, std::span<char> buffer, Where where = Where::current());
Outcome<ssize_t> try_write(int fd, std::string_view bytes, Where where = Where::current());
// Reads to the end. For small things (procfs, pipes).
std::string read_to_end(int fd, Where where = Where::current());

// poll(2); timeout in milliseconds, -1 for none. Returns how many descriptors are ready (0 on timeout or
// signal).
int poll(std::span<pollfd> descriptors, int timeout_ms, Where where = Where::current());

// "/proc/self/fd/N": a name for an open descriptor where a call takes only a path.
std::string fd_path(int fd);

}  // namespace sys
