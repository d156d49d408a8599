// One entry of a tar as a plain value, its names split into components that cannot climb.
// Reads: tar(5), archive_entry(3).
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct archive;

namespace image {

// "usr/bin/env" as {"usr", "bin", "env"}; empty for the root itself.
using Components = std::vector<std::string>;

struct TarEntry {
  std::string path;  // as the archive has it, for messages
  Components components;
  bool hard_link = false;
  std::string symlink;  // what a symbolic link says, which is the container's business
  Components link;      // of a hard link: the name within the archive
  mode_t type = 0;      // S_IFREG, S_IFDIR ...
  mode_t mode = 0;      // permission bits with setuid, setgid, sticky
  uid_t uid = 0;
  gid_t gid = 0;
  dev_t device = 0;
  timespec modified{};
  std::uint64_t size = 0;
  std::vector<std::pair<std::string, std::string>> attributes;  // extended; only those an image may set
};

// The next entry, or nullopt at the end. Throws BadArchive (unpack.h).
std::optional<TarEntry> next_entry(archive* source);

// Splits a name of the archive: "./a//b/" -> {"a", "b"}, "/a" -> {"a"} as tar itself does. Throws BadArchive
// for "..", for a NUL, and for what no file system could name.
Components split_name(const std::string& name);

// What an image may carry of extended attributes: its own and file capabilities. Those of overlayfs would forge
// whiteouts and redirects, those of the host's security modules mean nothing elsewhere.
bool belongs_to_image(const std::string& attribute);

}  // namespace image
