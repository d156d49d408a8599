// "tmpcopyup": a fresh tmpfs begins with what the image has at that place. Files are reached by descriptor and
// without following links, since the image made them. Reads: openat(2), copy_file_range(2), readlinkat(2).
#include <sys/stat.h>

#include "base/sys/file.h"
#include "mini-container/runtime/rootfs/steps.h"

namespace rootfs {

namespace {

void copy_file(int from, const std::string& name, int to, mode_t mode) {
  const sys::UniqueFd source = sys::openat(from, name, O_RDONLY | O_NOFOLLOW);
  const sys::UniqueFd copy = sys::openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode & 07777);
  std::vector<char> buffer(65536);
  while (const std::size_t count = sys::read(source.get(), buffer)) {
    sys::write_all(copy.get(), {buffer.data(), count});
  }
}

}  // namespace

void copy_up(int from, int to) {
  const struct stat self = sys::fstat(from);
  if (!S_ISDIR(self.st_mode)) return;
  sys::fchownat(to, ".", self.st_uid, self.st_gid);
  sys::fchmodat(to, ".", self.st_mode & 07777);
  for (const std::string& name : sys::list_directory(sys::fd_path(from))) {
    const sys::UniqueFd entry = sys::openat(from, name, O_PATH | O_NOFOLLOW);
    const struct stat status = sys::fstat(entry.get());
    if (S_ISDIR(status.st_mode)) {
      sys::mkdirat_if_missing(to, name, status.st_mode & 07777);
      copy_up(entry.get(), sys::openat(to, name, O_PATH | O_NOFOLLOW).get());
    } else if (S_ISLNK(status.st_mode)) {
      sys::symlinkat(sys::readlinkat(entry.get(), ""), to, name);
    } else if (S_ISREG(status.st_mode)) {
      copy_file(from, name, to, status.st_mode);
    } else {
      sys::mknodat(to, name, status.st_mode, status.st_rdev);
    }
    if (!S_ISDIR(status.st_mode)) sys::fchownat(to, name, status.st_uid, status.st_gid);
  }
}

}  // namespace rootfs
