// See unpack.h. TRICKS: parents are opened one component at a time and never through a link, so a link that the
// archive planted earlier is an error, not a way out; a real tree packed by tar never needs one.
#include "mini-container/image/unpack.h"

#include <archive.h>
#include <fmt/format.h>

#include <span>

#include "base/sys/descent.h"
#include "base/sys/fd.h"
#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/inode.h"
#include "mini-container/image/export.h"
#include "mini-container/image/overlay.h"
#include "mini-container/image/tar_entry.h"

namespace image {

namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kReserved = ".wh..wh.";  // aufs's own files; only the opaque mark has a meaning

[[noreturn]] void reject(const TarEntry& entry, const std::string& why) {
  throw BadArchive(fmt::format("archive entry \"{}\": {}", entry.path, why));
}

bool is_directory(const struct stat& status) {
  return S_ISDIR(status.st_mode);
}

std::span<const std::string> all_but_last(const Components& components) {
  return std::span(components).first(components.size() - 1);
}

void mark_opaque(int directory, const std::string& name) {
  const std::string mark = opaque_mark();
  if (sys::set_attribute_if_supported(directory, name, mark, "y")) return;
  throw sys::Error(ENOTSUP, "lsetxattr", mark, {},
                   "the file system of the image store keeps no such attributes; choose another with --root");
}

class Unpacker {
 public:
  Unpacker(int root, const Limits& limits, const UnpackOptions& options)
      : root_(root), limits_(limits), options_(options), parents_(root) {}

  void add(const TarEntry& entry, archive* source);
  // Directory times come last, because every name made within changes them.
  void set_directory_times();
  const Unpacked& total() const { return total_; }

 private:
  void count(const TarEntry& entry);
  int parent(const TarEntry& entry);
  bool whiteout(int directory, const std::string& name);
  // True if what stood there was a whiteout.
  bool clear_place(const TarEntry& entry, int directory, const std::string& name);
  void make(const TarEntry& entry, int directory, const std::string& name, archive* source);
  // False if the name is taken.
  bool make_file(const TarEntry& entry, int directory, const std::string& name, archive* source);
  void make_hard_link(const TarEntry& entry, int directory, const std::string& name);
  void write_content(const TarEntry& entry, int file, archive* source);
  // With no name, of the open file `directory` (inode.h).
  void set_metadata(const TarEntry& entry, int directory, const std::string& name);

  int root_;
  Limits limits_;
  UnpackOptions options_;
  // WHY: only root may give files away, and only to whom there is. In the store of an ordinary user with a single id all
  // belong to that user, and export says root.
  bool keeps_owners_ = sys::geteuid() == 0 && sys::id_space().has_others();
  bool makes_devices_ = sys::id_space().of_host;
  Unpacked total_;
  sys::Descent parents_;
  std::vector<std::pair<Components, timespec>> directory_times_;
};

void Unpacker::count(const TarEntry& entry) {
  if (++total_.entries > limits_.entries) {
    reject(entry, fmt::format("the archive holds more than the limit of {} entries", limits_.entries));
  }
  if (entry.size > limits_.bytes - total_.bytes) {
    reject(entry,
           fmt::format("with its {} bytes the image exceeds the limit of {}", entry.size, limits_.bytes));
  }
  total_.bytes += entry.size;
}

// The directory that the entry is made in; valid until the next call.
int Unpacker::parent(const TarEntry& entry) {
  try {
    return parents_.make(all_but_last(entry.components));
  } catch (const sys::Error& error) {
    if (error.error() != ELOOP && error.error() != ENOTDIR) throw;
    reject(entry, "a parent of it in the same archive is no directory but a file or a link");
  }
}

void Unpacker::add(const TarEntry& entry, archive* source) {
  count(entry);
  if (entry.components.empty()) {
    if (entry.hard_link || entry.type != S_IFDIR) reject(entry, "replaces the root with something else");
    if (options_.form == ArchiveForm::layer) set_metadata(entry, root_, ".");
    return;
  }
  const std::string& name = entry.components.back();
  const int directory = parent(entry);
  if (options_.form == ArchiveForm::layer && name.starts_with(kWhiteout)) {
    if (!whiteout(directory, name)) reject(entry, "is a whiteout of no name");
    return;
  }
  // WHY before anybody looks what is there: of most files nothing is, and making one tells.
  if (entry.type == S_IFREG && make_file(entry, directory, name, source)) return;
  const bool was_whiteout = clear_place(entry, directory, name);
  make(entry, directory, name, source);
  if (was_whiteout && entry.type == S_IFDIR) mark_opaque(directory, name);
}

bool Unpacker::whiteout(int directory, const std::string& name) {
  if (name == kOpaque) {
    mark_opaque(directory, ".");
    return true;
  }
  if (name.starts_with(kReserved)) return true;
  const std::string hidden = name.substr(kWhiteout.size());
  if (hidden.empty() || hidden == "." || hidden == "..") return false;
  const auto present = sys::statat_if_present(directory, hidden);
  // SPEC: image-spec layer.md: a whiteout hides what lower layers have, never what its own layer adds.
  if (!present) sys::mknodat(directory, hidden, S_IFCHR, 0);
  if (present && is_directory(*present)) mark_opaque(directory, hidden);
  return true;
}

bool Unpacker::clear_place(const TarEntry& entry, int directory, const std::string& name) {
  const auto present = sys::statat_if_present(directory, name);
  if (!present || (is_directory(*present) && entry.type == S_IFDIR && !entry.hard_link)) return false;
  if (entry.hard_link && entry.link == entry.components) reject(entry, "is a hard link to itself");
  if (options_.form == ArchiveForm::files && (is_directory(*present) || entry.type == S_IFDIR)) {
    reject(entry, is_directory(*present) ? "cannot overwrite a directory with a non-directory"
                                         : "cannot overwrite a non-directory with a directory");
  }
  sys::remove_tree_at(directory, name);
  return is_whiteout(*present) && options_.form == ArchiveForm::layer;
}

void Unpacker::make(const TarEntry& entry, int directory, const std::string& name, archive* source) {
  if (entry.hard_link) return make_hard_link(entry, directory, name);
  switch (entry.type) {
    case S_IFDIR:
      sys::mkdirat_if_missing(directory, name, 0700);
      directory_times_.emplace_back(entry.components, entry.modified);
      break;
    case S_IFLNK:
      sys::symlinkat(entry.symlink, directory, name);
      total_.bytes += entry.symlink.size();
      break;
    case S_IFREG:
      if (make_file(entry, directory, name, source)) return;
      throw sys::Error(EEXIST, "openat", entry.path, {}, "something else makes files there at the same time");
    default:
      // WHY left out: in a user namespace nobody makes devices (EPERM); a container's are the host's, lent.
      if (!makes_devices_ && entry.type != S_IFIFO && entry.type != S_IFSOCK) return;
      sys::mknodat(directory, name, entry.type, entry.device);
  }
  set_metadata(entry, directory, name);
}

bool Unpacker::make_file(const TarEntry& entry, int directory, const std::string& name, archive* source) {
  const sys::UniqueFd file = sys::create_at_if_missing(directory, name, 0600);
  if (!file) return false;
  write_content(entry, file.get(), source);
  set_metadata(entry, file.get(), "");
  return true;
}

void Unpacker::make_hard_link(const TarEntry& entry, int directory, const std::string& name) {
  const std::string& target = entry.link.back();
  try {
    // WHY not parents_: the next entry most likely lies beside this one, not beside its target.
    sys::Descent descent(root_);
    const int from = descent.to(all_but_last(entry.link));
    const auto present = sys::statat_if_present(from, target);
    if (!present || is_directory(*present)) reject(entry, "is a hard link to nothing that came before it");
    sys::linkat(from, target, directory, name);
  } catch (const sys::Error& error) {
    if (error.error() != ELOOP && error.error() != ENOTDIR && error.error() != ENOENT) throw;
    reject(entry, "is a hard link to a name that runs through a link or does not exist");
  }
}

void Unpacker::write_content(const TarEntry& entry, int file, archive* source) {
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  std::uint64_t end = 0;
  int result = archive_read_data_block(source, &block, &size, &offset);
  for (; result == ARCHIVE_OK; result = archive_read_data_block(source, &block, &size, &offset)) {
    end = static_cast<std::uint64_t>(offset) + size;
    if (offset < 0 || end > entry.size) reject(entry, "holds more bytes than its header says");
    sys::pwrite_all(file, {static_cast<const char*>(block), size}, offset);
  }
  if (result != ARCHIVE_EOF) {
    const char* why = archive_error_string(source);
    reject(entry, fmt::format("cannot be read: {}", why != nullptr ? why : "no reason given"));
  }
  // The rest of a sparse file is a hole.
  if (end < entry.size) sys::ftruncate(file, static_cast<off_t>(entry.size));
}

void Unpacker::set_metadata(const TarEntry& entry, int directory, const std::string& name) {
  const Owner owner = options_.owner.value_or(Owner{entry.uid, entry.gid});
  if (keeps_owners_) sys::fchownat(directory, name, owner.uid, owner.gid);
  // ORDER: chown(2) clears the set-id bits and file capabilities, so mode and attributes come after it.
  if (entry.type != S_IFLNK) sys::fchmodat_nofollow(directory, name, entry.mode);
  for (const auto& [attribute, value] : entry.attributes) {
    if (!keeps_owners_ && !attribute.starts_with("user.")) continue;
    const bool kept = sys::set_attribute_if_supported(directory, name, attribute, value);
    if (!kept && attribute == "security.capability") {
      throw sys::Error(
          ENOTSUP, "lsetxattr", entry.path + ", " + attribute, {},
          "the file system of the image store keeps no file capabilities; choose another with --root");
    }
  }
  sys::utimensat(directory, name, entry.modified);
}

void Unpacker::set_directory_times() {
  sys::Descent descent(root_);
  for (const auto& [components, time] : directory_times_) {
    try {
      sys::utimensat(descent.to(components), ".", time);
    } catch (const sys::Error& error) {
      // A later entry put something else there.
      if (error.error() != ELOOP && error.error() != ENOTDIR && error.error() != ENOENT) throw;
    }
  }
}

}  // namespace

Unpacked unpack_layer(archive* source, int root, const Limits& limits, const UnpackOptions& options) {
  Unpacker unpacker(root, limits, options);
  while (const auto entry = next_entry(source))
    unpacker.add(*entry, source);
  unpacker.set_directory_times();
  return unpacker.total();
}

}  // namespace image
