// See tar_entry.h.
#include "mini-container/image/tar_entry.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <limits>

#include "mini-container/image/unpack.h"

namespace image {

namespace {

// WHY: whoever walks a tree holds a descriptor or two for each level, and 1024 are what a process gets.
constexpr std::size_t kDeepest = 200;

[[noreturn]] void reject(const std::string& path, const std::string& why) {
  throw BadArchive(fmt::format("archive entry \"{}\": {}", path, why));
}

std::string text_or_empty(const char* text) {
  return text != nullptr ? text : "";
}

void read_attributes(archive_entry* from, TarEntry& entry) {
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  archive_entry_xattr_reset(from);
  while (archive_entry_xattr_next(from, &name, &value, &size) == ARCHIVE_OK) {
    if (belongs_to_image(name))
      entry.attributes.emplace_back(name, std::string(static_cast<const char*>(value), size));
  }
}

std::uint32_t read_id(const TarEntry& entry, la_int64_t id, const char* what) {
  // The last value means "leave as it is" to chown(2).
  if (id < 0 || id >= std::numeric_limits<std::uint32_t>::max()) {
    reject(entry.path, fmt::format("{} {} is out of range", what, id));
  }
  return static_cast<std::uint32_t>(id);
}

void read_type(archive_entry* from, TarEntry& entry) {
  if (const char* target = archive_entry_hardlink(from); target != nullptr) {
    entry.hard_link = true;
    entry.link = split_name(target);
    if (entry.link.empty()) reject(entry.path, "is a hard link to the root");
    return;
  }
  entry.type = archive_entry_filetype(from);
  switch (entry.type) {
    case S_IFLNK:
      entry.symlink = text_or_empty(archive_entry_symlink(from));
      if (entry.symlink.empty() || entry.symlink.size() >= PATH_MAX)
        reject(entry.path, "is a link to no possible name");
      return;
    case S_IFCHR:
    case S_IFBLK:
      entry.device = makedev(archive_entry_rdevmajor(from), archive_entry_rdevminor(from));
      return;
    case S_IFREG:
      entry.size = static_cast<std::uint64_t>(archive_entry_size(from));
      return;
    case S_IFDIR:
    case S_IFIFO:
      return;
    default:
      reject(entry.path, fmt::format("is of a type that no layer can hold ({:#o})", entry.type));
  }
}

// libarchive warns of a name that the process's locale cannot show, and gives its bytes: exactly what a file
// name is on Linux. Any other warning is a malformed header.
bool harmless(archive* source) {
  return std::strstr(text_or_empty(archive_error_string(source)).c_str(), "can't be converted") != nullptr;
}

}  // namespace

bool belongs_to_image(const std::string& attribute) {
  return attribute.starts_with("user.") ? !attribute.starts_with("user.overlay.")
                                        : attribute == "security.capability";
}

Components split_name(const std::string& name) {
  Components components;
  if (name.empty()) reject(name, "has no name");
  if (name.size() >= PATH_MAX) reject(name.substr(0, 64) + "...", "has a name longer than 4095 bytes");
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    std::string part = name.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") reject(name, "climbs out of the image with \"..\"");
    if (part.size() > NAME_MAX) reject(name, "has a component longer than 255 bytes");
    components.push_back(std::move(part));
  }
  if (components.size() > kDeepest)
    reject(name.substr(0, 64) + "...", "is nested deeper than 200 directories");
  return components;
}

std::optional<TarEntry> next_entry(archive* source) {
  archive_entry* from = nullptr;
  const int result = archive_read_next_header(source, &from);
  if (result == ARCHIVE_EOF) return std::nullopt;
  if (result != ARCHIVE_OK && !(result == ARCHIVE_WARN && harmless(source))) {
    throw BadArchive(fmt::format("the archive is malformed or cut short: {}",
                                 text_or_empty(archive_error_string(source))));
  }
  TarEntry entry;
  entry.path = text_or_empty(archive_entry_pathname(from));
  entry.components = split_name(entry.path);
  entry.mode = archive_entry_mode(from) & 07777;
  read_type(from, entry);
  entry.uid = read_id(entry, archive_entry_uid(from), "user id");
  entry.gid = read_id(entry, archive_entry_gid(from), "group id");
  entry.modified = {archive_entry_mtime(from), archive_entry_mtime_nsec(from)};
  read_attributes(from, entry);
  return entry;
}

}  // namespace image
