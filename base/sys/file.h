// Files and directories by path: for paths of the host. A path that an image or container had a say in goes
// through open_in_root (fd.h) and the *at forms here, which act on an open directory and one name.
// Reads: read(2), write(2), mkdir(2), rmdir(2), unlink(2), rename(2), symlink(2), readlink(2), mknod(2),
// stat(2), chmod(2), chown(2), fsync(2), syncfs(2), flock(2), statfs(2), pread(2), pwrite(2),
// opendir(3), chdir(2), getcwd(2), path_resolution(7).
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace sys {

// The whole content of a (small) file.
std::string read_file(const std::string& path, Where where = Where::current());
std::optional<std::string> read_file_if_present(const std::string& path, Where where = Where::current());
// Writes into an existing file in one write(2): what procfs, sysfs and cgroupfs want.
void write_existing_file(const std::string& path, std::string_view text, Where where = Where::current());
// Replaces or makes a file so that a reader, or a crash, sees the old content or the new one: temporary file,
// fsync, rename(2).
void write_file_atomically(const std::string& path, std::string_view text, mode_t mode = 0644,
                           Where where = Where::current());
// The same without fsync: against a killed process as safe, against a crash of the host not; microseconds
// instead of milliseconds.
void replace_file(const std::string& path, std::string_view text, mode_t mode = 0644,
                  Where where = Where::current());

// open(2) with O_CREAT|O_EXCL, for writing: of many who try, one gets the file, the others an empty UniqueFd.
UniqueFd create_exclusive(const std::string& path, mode_t mode, Where where = Where::current());

void mkdir(const std::string& path, mode_t mode = 0755, Where where = Where::current());
// True if made, false if it was there.
bool mkdir_if_missing(const std::string& path, mode_t mode = 0755, Where where = Where::current());
// Makes every missing directory of `path`. For host paths only.
void mkdir_parents(const std::string& path, mode_t mode = 0755, Where where = Where::current());
bool mkdirat_if_missing(int directory, const std::string& name, mode_t mode, Where where = Where::current());
// False if there was nothing to remove.
bool rmdir_if_present(const std::string& path, Where where = Where::current());
bool unlink_if_present(const std::string& path, Where where = Where::current());
// Removes a tree without following links or crossing into other mounts. False if there was none.
bool remove_tree(const std::string& path, Where where = Where::current());
bool remove_tree_at(int directory, const std::string& name, Where where = Where::current());

// fsync(2): returns when the device says that it has the data.
void fsync(int fd, Where where = Where::current());
// syncfs(2): the same for all that was written to the file system of `fd`; tells of a write that failed earlier.
void syncfs(int fd, Where where = Where::current());
void rename(const std::string& from, const std::string& to, Where where = Where::current());
void symlinkat(const std::string& target, int directory, const std::string& name,
               Where where = Where::current());
// False if the name is taken already, by whatever it is.
bool symlinkat_if_missing(const std::string& target, int directory, const std::string& name,
                          Where where = Where::current());
// nullopt if there is no such link, or something else of that name (EINVAL).
std::optional<std::string> readlink_if_present(const std::string& path, Where where = Where::current());
void mknodat(int directory, const std::string& name, mode_t mode, dev_t device,
             Where where = Where::current());
bool mknodat_if_missing(int directory, const std::string& name, mode_t mode, dev_t device,
                        Where where = Where::current());
void fchmodat(int directory, const std::string& name, mode_t mode, Where where = Where::current());
// fchown(2); false where the file system or a user namespace has no place for the owner (EPERM, EINVAL, EROFS).
bool fchown_if_allowed(int fd, uid_t uid, gid_t gid, Where where = Where::current());
void fchownat(int directory, const std::string& name, uid_t uid, gid_t gid, Where where = Where::current());
std::string readlink(const std::string& path, Where where = Where::current());
std::string readlinkat(int directory, const std::string& name, Where where = Where::current());

struct stat stat(const std::string& path, Where where = Where::current());
struct stat fstat(int fd, Where where = Where::current());
// nullopt if it is not open (EBADF).
std::optional<struct stat> fstat_if_open(int fd, Where where = Where::current());
// nullopt if the path does not exist. Follows links.
std::optional<struct stat> stat_if_present(const std::string& path, Where where = Where::current());
bool exists(const std::string& path);

// Names in a directory, sorted, without "." and "..".
std::vector<std::string> list_directory(const std::string& path, Where where = Where::current());

void chdir(const std::string& path, Where where = Where::current());
void fchdir(int directory, Where where = Where::current());
// getcwd(2): "(unreachable)/..." for a directory that cannot be reached from this process's root.
std::string getcwd(Where where = Where::current());

// An flock(2) that dies with its holder. Waits for it; the try form returns an empty UniqueFd when it is
// taken.
UniqueFd lock_file(const std::string& path, Where where = Where::current());
UniqueFd try_lock_file(const std::string& path, Where where = Where::current());

// Waits for the lock of a file that someone else made; empty if there is no such file.
UniqueFd lock_file_if_present(const std::string& path, Where where = Where::current());
// Does not wait; empty as well if the lock is taken.
UniqueFd try_lock_file_if_present(const std::string& path, Where where = Where::current());
// The same on a directory, which then needs no file for its lock. Whoever waited asks fstat(2) whether it still has a
// name (st_nlink is not 0).
UniqueFd lock_directory_if_present(const std::string& path, Where where = Where::current());
UniqueFd try_lock_directory_if_present(const std::string& path, Where where = Where::current());
// pread(2) from the start and pwrite(2) at the start: the content of a small file through its lock's
// descriptor, even after the file has lost its name.
std::string read_at_start(int fd, Where where = Where::current());
void write_at_start(int fd, std::string_view text, Where where = Where::current());

// statfs(2) f_type, to compare with the *_MAGIC of linux/magic.h.
long filesystem_type(int fd, Where where = Where::current());

}  // namespace sys
