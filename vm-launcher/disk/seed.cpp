// See seed.h.
#include "vm-launcher/disk/seed.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/inode.h"

namespace vm {

namespace {

// WHY: a BIOS does not show its boot loader a disk of less than one cylinder, 16 * 63 sectors.
constexpr off_t kLeastSize = 1 << 20;

struct FreeArchive {
  void operator()(archive* it) const { archive_write_free(it); }
};
struct FreeEntry {
  void operator()(archive_entry* it) const { archive_entry_free(it); }
};
using Writer = std::unique_ptr<archive, FreeArchive>;

void check(const Writer& writer, la_ssize_t status) {
  if (status < ARCHIVE_WARN)
    throw std::runtime_error(
        fmt::format("writing the seed of cloud-init: {}", archive_error_string(writer.get())));
}

void add(const Writer& writer, const char* name, const std::string& content) {
  const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name);
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0444);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  check(writer, archive_write_header(writer.get(), entry.get()));
  check(writer, archive_write_data(writer.get(), content.data(), content.size()));
}

}  // namespace

void check_user_data(const std::string& file, const std::string& content) {
  for (const char* known : {"#", "Content-Type:", "MIME-Version:", "\x1f\x8b"})
    if (content.starts_with(known)) return;
  throw std::runtime_error(fmt::format(
      "--cloud-init {}: cloud-init would ignore it. Next: let its first line be #cloud-config for "
      "YAML, or #!/bin/sh for a script",
      file));
}

void write_seed(const std::string& file, const std::string& instance, const std::string& user_data) {
  // Passwords may be in it.
  const sys::UniqueFd seed = sys::open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
  const Writer writer(archive_write_new());
  check(writer, archive_write_set_format_iso9660(writer.get()));
  check(writer, archive_write_set_options(writer.get(), "volume-id=cidata"));
  check(writer, archive_write_open_fd(writer.get(), seed.get()));
  add(writer, "meta-data", fmt::format("instance-id: {0}\nlocal-hostname: {0}\n", instance));
  add(writer, "user-data", user_data);
  check(writer, archive_write_close(writer.get()));
  if (sys::fstat(seed.get()).st_size < kLeastSize) sys::ftruncate(seed.get(), kLeastSize);
}

}  // namespace vm
