// What an inode carries besides its content, and names acted on beneath an open directory: what unpacking and
// packing a tree needs. A name is one component and is never followed when it is a link. What sets owner (file.h), mode,
// times or attributes takes no name at all, "", for what is open as the descriptor itself: fewer calls, and nobody can
// exchange the name meanwhile.
// Reads: stat(2), unlink(2), linkat(2), chmod(2), utimensat(2), xattr(7), setxattr(2), getxattr(2), listxattr(2),
// truncate(2), pread(2), pwrite(2), fdopendir(3), dup(2).
#pragma once

#include <sys/stat.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace sys {

// nullopt if there is no such name. Does not follow a link.
std::optional<struct stat> statat_if_present(int directory, const std::string& name,
                                             Where where = Where::current());

// Names in an open directory (not O_PATH), sorted, without "." and "..".
std::vector<std::string> list_directory(int directory, Where where = Where::current());

// A new file for writing, by openat(2) with O_CREAT|O_EXCL, which follows no link; empty if the name is taken, whatever
// has it.
UniqueFd create_at_if_missing(int directory, const std::string& name, mode_t mode,
                              Where where = Where::current());

// A further name for the inode `target` beneath `target_directory`; a link is linked, not followed.
void linkat(int target_directory, const std::string& target, int directory, const std::string& name,
            Where where = Where::current());

// fchmodat(2) that never follows a link: who exchanges the name for one meanwhile gets ENOTSUP. glibc opens the name
// with O_PATH and changes what it has got.
void fchmodat_nofollow(int directory, const std::string& name, mode_t mode, Where where = Where::current());

// Sets access and modification time.
void utimensat(int directory, const std::string& name, const timespec& time, Where where = Where::current());

// lsetxattr(2) beneath a directory. False if the file system keeps no such attributes (ENOTSUP).
bool set_attribute_if_supported(int directory, const std::string& name, const std::string& attribute,
                                std::string_view value, Where where = Where::current());
// Names of the extended attributes, sorted; empty if the file system keeps none.
std::vector<std::string> list_attributes(int directory, const std::string& name,
                                         Where where = Where::current());
// nullopt if there is no such attribute.
std::optional<std::string> get_attribute(int directory, const std::string& name, const std::string& attribute,
                                         Where where = Where::current());

void ftruncate(int fd, off_t size, Where where = Where::current());
// Writes all of `bytes` at `offset`; what was skipped stays a hole.
void pwrite_all(int fd, std::string_view bytes, off_t offset, Where where = Where::current());
// pread(2): what is read there, at most as much as there is room for; 0 at the end.
std::size_t read_at(int fd, std::span<char> buffer, off_t offset, Where where = Where::current());

}  // namespace sys
