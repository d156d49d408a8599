// Tars for tests, hostile ones included: headers are written by hand, so that no library corrects them.
// Reads: tar(5), POSIX.1 pax, "ustar Interchange Format".
#pragma once

#include <sys/stat.h>

#include <string>

namespace testing_tar {

struct Header {
  std::string name;
  char type =
      '0';  // '0' file, '1' hard link, '2' symbolic link, '3' character device, '5' directory, '6' fifo
  std::string link = {};
  std::string content = {};
  unsigned mode = 0644;
  unsigned uid = 0;
  unsigned gid = 0;
  unsigned major = 0;
  unsigned minor = 0;
  unsigned long long size = 0;  // 0: of content; else what the header claims
  unsigned long long mtime = 1700000000;
};

// One entry: header block, content, padding.
std::string entry(const Header& header);
// A pax extended header for the entry that follows: key and value.
std::string pax(const std::string& key, const std::string& value);
// Makes the checksum of the header at `block` right.
void fix_checksum(std::string& bytes, std::size_t block);
// Two zero blocks.
std::string end_mark();

inline std::string directory(const std::string& name, unsigned mode = 0755) {
  return entry({.name = name, .type = '5', .mode = mode});
}
inline std::string file(const std::string& name, const std::string& content, unsigned mode = 0644) {
  return entry({.name = name, .content = content, .mode = mode});
}
inline std::string symlink(const std::string& name, const std::string& target) {
  return entry({.name = name, .type = '2', .link = target, .mode = 0777});
}
inline std::string hardlink(const std::string& name, const std::string& target) {
  return entry({.name = name, .type = '1', .link = target});
}

}  // namespace testing_tar
