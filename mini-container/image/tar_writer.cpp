// See tar_writer.h.
#include "mini-container/image/tar_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <exception>
#include <stdexcept>

namespace image {

struct TarWriter::State {
  std::function<void(std::string_view)> output;
  std::exception_ptr failed;  // libarchive is C: what `output` threw waits here
  archive* tar = archive_write_new();

  ~State() { archive_write_free(tar); }

  static la_ssize_t write(archive* tar, void* context, const void* bytes, std::size_t size) {
    auto& state = *static_cast<State*>(context);
    if (state.failed) return -1;
    try {
      state.output({static_cast<const char*>(bytes), size});
      return static_cast<la_ssize_t>(size);
    } catch (...) {
      state.failed = std::current_exception();
      archive_set_error(tar, EIO, "the output failed");
      return -1;
    }
  }
};

TarWriter::TarWriter(std::function<void(std::string_view)> output)
    : state_(new State{.output = std::move(output), .failed = {}}) {
  archive_write_set_format_pax_restricted(state_->tar);
  check(archive_write_open(state_->tar, state_.get(), nullptr, State::write, nullptr));
}

TarWriter::~TarWriter() {
  // WHY: closing would write the end mark, and an unfinished tar must not look whole.
  archive_write_fail(state_->tar);
}

void TarWriter::check(int result) const {
  if (state_->failed) std::rethrow_exception(state_->failed);
  // A warning says that a name is not text in this locale; its bytes are written all the same.
  if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return;
  const char* why = archive_error_string(state_->tar);
  throw std::runtime_error(fmt::format("writing a tar failed: {}", why != nullptr ? why : "no reason given"));
}

void TarWriter::add(const TarEntry& entry) {
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> to(archive_entry_new(), archive_entry_free);
  archive_entry_copy_pathname(to.get(), entry.path.c_str());
  archive_entry_set_filetype(to.get(), entry.hard_link ? S_IFREG : entry.type);
  archive_entry_set_perm(to.get(), entry.mode);
  archive_entry_set_uid(to.get(), entry.uid);
  archive_entry_set_gid(to.get(), entry.gid);
  archive_entry_set_mtime(to.get(), entry.modified.tv_sec, entry.modified.tv_nsec);
  archive_entry_set_size(to.get(), static_cast<la_int64_t>(entry.size));
  if (entry.type == S_IFLNK) archive_entry_copy_symlink(to.get(), entry.symlink.c_str());
  if (entry.hard_link)
    archive_entry_copy_hardlink(to.get(), fmt::format("{}", fmt::join(entry.link, "/")).c_str());
  if (entry.type == S_IFCHR || entry.type == S_IFBLK) archive_entry_set_rdev(to.get(), entry.device);
  for (const auto& [name, value] : entry.attributes)
    archive_entry_xattr_add_entry(to.get(), name.c_str(), value.data(), value.size());
  check(archive_write_header(state_->tar, to.get()));
}

void TarWriter::content(std::string_view bytes) {
  while (!bytes.empty()) {
    const la_ssize_t written = archive_write_data(state_->tar, bytes.data(), bytes.size());
    check(written > 0 ? ARCHIVE_OK : ARCHIVE_FATAL);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void TarWriter::finish() {
  check(archive_write_close(state_->tar));
}

}  // namespace image
