// See unpack.h.
#include "vm-launcher/files/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <span>
#include <stdexcept>
#include <vector>

#include "base/sys/descent.h"
#include "base/sys/fd.h"
#include "base/sys/file.h"
#include "base/sys/inode.h"

namespace vm {

namespace {

constexpr std::size_t kBlock = 65536;
constexpr mode_t kPermissions = 01777;
constexpr mode_t kWithSetIds = 07777;

// "./a//b" as its parts. A path that climbs is nobody's honest mistake.
std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (start <= path.size()) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    std::string part = path.substr(start, end - start);
    if (part == "..") throw std::runtime_error(fmt::format("\"{}\" in the tar climbs out; refused", path));
    if (!part.empty() && part != ".") parts.push_back(std::move(part));
    start = end + 1;
  }
  return parts;
}

struct Place {
  int parent;        // until the next is asked for
  std::string name;  // "." for the target itself
};

Place place_below(sys::Descent& root, const std::string& path) {
  const std::vector<std::string> parts = parts_of(path);
  if (parts.empty()) return {root.make({}), "."};
  return {root.make(std::span(parts).first(parts.size() - 1)), parts.back()};
}

class Unpacker {
 public:
  Unpacker(int tar, const std::string& directory, const UnpackOptions& options)
      : archive_(archive_read_new()),
        root_(sys::open(directory, O_RDONLY | O_DIRECTORY)),
        below_(root_.get()),
        options_(options) {
    archive_read_support_format_tar(archive_);
    check(archive_read_open_fd(archive_, tar, kBlock));
  }
  ~Unpacker() { archive_read_free(archive_); }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  void run();

 private:
  // By its path: open descriptors would run out.
  struct Directory {
    std::string path;
    mode_t mode;
    timespec time;
  };
  void make(archive_entry* entry);
  void make_file(const Place& place);
  void make_link(const Place& place, const std::string& target) const;
  void finish(const Place& place, archive_entry* entry);
  mode_t mode_of(archive_entry* entry) const {
    return archive_entry_perm(entry) & (options_.set_ids ? kWithSetIds : kPermissions);
  }
  void check(int status) {
    if (status < ARCHIVE_WARN) {
      const char* said = archive_error_string(archive_);
      throw std::runtime_error(fmt::format("reading a tar: {}", said == nullptr ? "it is none" : said));
    }
  }
  archive* archive_;
  sys::UniqueFd root_;
  sys::Descent below_;
  UnpackOptions options_;
  std::vector<Directory> directories_;
};

void Unpacker::run() {
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(archive_, &entry)) != ARCHIVE_EOF) {
    check(status);
    make(entry);
  }
  // ORDER: last, or a directory that may not be written would take no files, and each file would renew its time.
  for (auto directory = directories_.rbegin(); directory != directories_.rend(); ++directory) {
    const Place place = place_below(below_, directory->path);
    sys::fchmodat_nofollow(place.parent, place.name, directory->mode);
    sys::utimensat(place.parent, place.name, directory->time);
  }
}

void Unpacker::make(archive_entry* entry) {
  const char* path = archive_entry_pathname(entry);
  if (path == nullptr) throw std::runtime_error("a name in the tar cannot be read");
  const Place place = place_below(below_, path);
  const mode_t type = archive_entry_filetype(entry);
  if (type == AE_IFDIR) {
    sys::mkdirat_if_missing(place.parent, place.name, 0700);
    return finish(place, entry);
  }
  if (place.name == ".") throw std::runtime_error("the tar has something other than a directory for \".\"");
  const auto there = sys::statat_if_present(place.parent, place.name);
  if (there && S_ISDIR(there->st_mode))
    throw std::runtime_error(fmt::format("\"{}\" is a directory here and none in the tar", path));
  if (there) sys::remove_tree_at(place.parent, place.name);
  if (const char* target = archive_entry_hardlink(entry); target != nullptr) return make_link(place, target);
  if (type == AE_IFLNK) {
    sys::symlinkat(archive_entry_symlink(entry), place.parent, place.name);
  } else if (type == AE_IFREG) {
    make_file(place);
  } else {
    throw std::runtime_error(fmt::format("\"{}\" in the tar is a device or a fifo; refused", path));
  }
  finish(place, entry);
}

void Unpacker::make_file(const Place& place) {
  const sys::UniqueFd file =
      sys::openat(place.parent, place.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  char buffer[kBlock];
  while (true) {
    const la_ssize_t count = archive_read_data(archive_, buffer, sizeof buffer);
    if (count < 0) check(ARCHIVE_FATAL);
    if (count == 0) return;
    sys::write_all(file.get(), {buffer, static_cast<std::size_t>(count)});
  }
}

void Unpacker::make_link(const Place& place, const std::string& target) const {
  // WHY not below_: it would let go of where the link is made.
  sys::Descent descent(root_.get());
  const Place to = place_below(descent, target);
  sys::linkat(to.parent, to.name, place.parent, place.name);
}

void Unpacker::finish(const Place& place, archive_entry* entry) {
  const mode_t type = archive_entry_filetype(entry);
  const timespec time{archive_entry_mtime(entry), archive_entry_mtime_nsec(entry)};
  if (options_.owners) {
    sys::fchownat(place.parent, place.name, static_cast<uid_t>(archive_entry_uid(entry)),
                  static_cast<gid_t>(archive_entry_gid(entry)));
  }
  if (type == AE_IFDIR) {
    directories_.push_back({archive_entry_pathname(entry), mode_of(entry), time});
    return;
  }
  if (type != AE_IFLNK) sys::fchmodat_nofollow(place.parent, place.name, mode_of(entry));
  sys::utimensat(place.parent, place.name, time);
}

}  // namespace

void unpack(int tar, const std::string& directory, const UnpackOptions& options) {
  Unpacker(tar, directory, options).run();
  // WHY: the end mark may come before the sender has said all, and a sender that finds nobody reading has failed (EPIPE).
  char rest[kBlock];
  while (sys::read(tar, rest) > 0) {
  }
}

}  // namespace vm
