// See initramfs.h.
#include "vm-launcher/initramfs/initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <stdexcept>

#include "base/sys/file.h"

namespace vm {

namespace {

constexpr std::size_t kBlock = 65536;

struct CloseReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using Reader = std::unique_ptr<archive, CloseReader>;
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

// A cpio archive under way; numbers its files.
class CpioWriter {
 public:
  explicit CpioWriter(int fd) : archive_(archive_write_new()) {
    archive_write_set_format_cpio_newc(archive_);
    archive_write_add_filter_none(archive_);
    archive_write_set_bytes_per_block(archive_, kBlock);
    // The second archive must start at a multiple of four.
    archive_write_set_bytes_in_last_block(archive_, 512);
    check(archive_write_open_fd(archive_, fd));
  }
  ~CpioWriter() { archive_write_free(archive_); }
  CpioWriter(const CpioWriter&) = delete;
  CpioWriter& operator=(const CpioWriter&) = delete;

  // WHY two links for each regular file: cpio tells hard links by inode number and a link count above one, and
  // a tar says only at a later entry that an earlier file has another name.
  void header(archive_entry* entry, la_int64_t inode) {
    archive_entry_set_ino64(entry, inode);
    archive_entry_set_nlink(entry, archive_entry_filetype(entry) == AE_IFREG ? 2 : 1);
    archive_entry_set_dev(entry, 0);
    check(archive_write_header(archive_, entry));
  }
  la_int64_t next_inode() { return ++inode_; }
  void data(const void* bytes, std::size_t size) {
    if (archive_write_data(archive_, bytes, size) != static_cast<la_ssize_t>(size)) fail();
  }
  void close() { check(archive_write_close(archive_)); }

 private:
  void check(int status) {
    if (status < ARCHIVE_WARN) fail();
  }
  [[noreturn]] void fail() {
    throw std::runtime_error(fmt::format("writing the initramfs: {}", archive_error_string(archive_)));
  }
  archive* archive_;
  la_int64_t inode_ = 0;
};

[[noreturn]] void bad_tar(archive* reader) {
  throw std::runtime_error(fmt::format("reading the image's tar: {}", archive_error_string(reader)));
}

// "./usr/bin/" and "/usr/bin" become "usr/bin"; "" for the root itself.
std::string plain(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part.empty() || part == ".") continue;
    if (part == "..") throw std::runtime_error("the image's tar names a path with \"..\"; refused");
    if (!result.empty()) result += '/';
    result += part;
  }
  return result;
}

void copy_data(archive* reader, CpioWriter& writer) {
  char buffer[kBlock];
  while (true) {
    const la_ssize_t count = archive_read_data(reader, buffer, sizeof buffer);
    if (count < 0) bad_tar(reader);
    if (count == 0) return;
    writer.data(buffer, static_cast<std::size_t>(count));
  }
}

}  // namespace

void tar_to_cpio(int tar, int cpio) {
  const Reader reader(archive_read_new());
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_fd(reader.get(), tar, kBlock) != ARCHIVE_OK) bad_tar(reader.get());
  CpioWriter writer(cpio);
  std::map<std::string, la_int64_t> inodes;
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(reader.get(), &entry)) >= ARCHIVE_WARN && status != ARCHIVE_EOF) {
    const std::string path = plain(archive_entry_pathname(entry));
    if (path.empty()) continue;
    archive_entry_set_pathname(entry, path.c_str());
    la_int64_t inode = writer.next_inode();
    if (const char* link = archive_entry_hardlink(entry); link != nullptr) {
      const auto target = inodes.find(plain(link));
      if (target == inodes.end())
        throw std::runtime_error(fmt::format("{}: hard link to a missing file", path));
      inode = target->second;
      archive_entry_set_hardlink(entry, nullptr);
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_size(entry, 0);
    }
    inodes[path] = inode;
    writer.header(entry, inode);
    if (archive_entry_size(entry) > 0) copy_data(reader.get(), writer);
  }
  if (status != ARCHIVE_EOF) bad_tar(reader.get());
  writer.close();
}

namespace {

void add(CpioWriter& writer, const std::string& path, unsigned type, unsigned mode,
         std::string_view content = {}) {
  const Entry entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), path.c_str());
  archive_entry_set_filetype(entry.get(), type);
  archive_entry_set_perm(entry.get(), mode);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  if (type == AE_IFCHR) {
    // /dev/console, for the kernel to open as PID 1's standard streams before any /dev is mounted.
    archive_entry_set_rdevmajor(entry.get(), 5);
    archive_entry_set_rdevminor(entry.get(), 1);
  }
  writer.header(entry.get(), writer.next_inode());
  if (!content.empty()) writer.data(content.data(), content.size());
}

}  // namespace

void write_guest_part(int cpio, const std::string& guest_init, const std::vector<std::string>& modules) {
  CpioWriter writer(cpio);
  add(writer, "dev", AE_IFDIR, 0755);
  add(writer, "dev/console", AE_IFCHR, 0600);
  add(writer, ".isolab", AE_IFDIR, 0700);
  add(writer, ".isolab/init", AE_IFREG, 0755, sys::read_file(guest_init));
  add(writer, ".isolab/modules", AE_IFDIR, 0700);
  int number = 0;
  for (const std::string& module : modules) {
    const std::string name = module.substr(module.rfind('/') + 1);
    add(writer, fmt::format(".isolab/modules/{:02}-{}", number++, name), AE_IFREG, 0644,
        sys::read_file(module));
  }
  writer.close();
}

}  // namespace vm
