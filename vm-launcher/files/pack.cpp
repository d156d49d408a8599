// See pack.h.
#include "vm-launcher/files/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/inode.h"

namespace vm {

namespace {

constexpr std::size_t kBlock = 65536;

struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

class Packer {
 public:
  explicit Packer(int output) : archive_(archive_write_new()) {
    archive_write_set_format_gnutar(archive_);
    archive_write_set_bytes_per_block(archive_, kBlock);
    archive_write_set_bytes_in_last_block(archive_, 1);
    check(archive_write_open_fd(archive_, output));
  }
  ~Packer() { archive_write_free(archive_); }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  void add(int directory, const std::string& name, const std::string& as);
  void close() { check(archive_write_close(archive_)); }

 private:
  using Entry = std::unique_ptr<archive_entry, FreeEntry>;
  void add_file(const sys::UniqueFd& file, std::uint64_t size);
  void add_children(int directory, const std::string& name, const std::string& as);
  void check(int status) {
    if (status < ARCHIVE_WARN)
      throw std::runtime_error(fmt::format("writing a tar: {}", archive_error_string(archive_)));
  }
  archive* archive_;
};

void Packer::add(int directory, const std::string& name, const std::string& as) {
  const auto status = sys::statat_if_present(directory, name);
  if (!status || S_ISSOCK(status->st_mode)) return;
  const Entry entry(archive_entry_new());
  archive_entry_copy_stat(entry.get(), &*status);
  archive_entry_set_nlink(entry.get(), 1);
  archive_entry_set_pathname(entry.get(), as.c_str());
  sys::UniqueFd file;
  if (S_ISREG(status->st_mode)) {
    // WHY: O_NONBLOCK, if the name has become a fifo meanwhile.
    file = sys::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } else {
    archive_entry_set_size(entry.get(), 0);
  }
  if (S_ISLNK(status->st_mode))
    archive_entry_set_symlink(entry.get(), sys::readlinkat(directory, name).c_str());
  check(archive_write_header(archive_, entry.get()));
  if (file) add_file(file, static_cast<std::uint64_t>(status->st_size));
  if (S_ISDIR(status->st_mode)) add_children(directory, name, as);
}

void Packer::add_file(const sys::UniqueFd& file, std::uint64_t size) {
  char buffer[kBlock];
  while (size > 0) {
    const std::size_t count =
        sys::read(file.get(), std::span(buffer, std::min<std::uint64_t>(sizeof buffer, size)));
    if (count == 0) return;  // it was cut meanwhile; libarchive fills up with zeros
    if (archive_write_data(archive_, buffer, count) < 0) check(ARCHIVE_FATAL);
    size -= count;
  }
}

void Packer::add_children(int directory, const std::string& name, const std::string& as) {
  const sys::UniqueFd inside = sys::openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  for (const std::string& child : sys::list_directory(inside.get()))
    add(inside.get(), child, as + "/" + child);
}

}  // namespace

void pack(const std::string& path, const std::string& as, int output) {
  const std::size_t slash = path.rfind('/');
  const std::string above = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const sys::UniqueFd parent = sys::open(above, O_PATH | O_DIRECTORY);
  Packer packer(output);
  packer.add(parent.get(), name.empty() ? "." : name, as);
  packer.close();
}

}  // namespace vm
