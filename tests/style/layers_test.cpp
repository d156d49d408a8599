// Includes point downward only, and nothing but base/sys calls the kernel.
//
// The second rule is read off the object files, not the text: an object outside base/sys must not need any of
// libc's kernel wrappers, however a source spells them.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/style/tree.h"

namespace {

using Folders = std::vector<std::string>;

// Folder -> folders whose headers it may include, besides its own.
const std::map<std::string, Folders>& allowed() {
  static const std::string runtime = "mini-container/runtime/";
  static const Folders base = {"base/trace", "base/sys", "base/text", "base/users", "base/places"};
  static const auto with = [](Folders more) {
    more.insert(more.end(), base.begin(), base.end());
    return more;
  };
  static const Folders mechanism = with({runtime + "spec"});
  static const std::map<std::string, Folders> table = {
      {"base/format", {}},
      {"base/trace", {}},
      {"base/text", {}},
      {"base/sys", {"base/trace"}},
      {"base/users", {"base/sys", "base/text"}},
      {"base/places", {"base/sys"}},
      {"base/completion", {}},
      {"base/help", {}},
      {runtime + "spec", base},
      {runtime + "sync", mechanism},
      {runtime + "namespaces", mechanism},
      {runtime + "cgroup", mechanism},
      {runtime + "rootfs", mechanism},
      {runtime + "process", mechanism},
      {runtime + "security", mechanism},
      {runtime + "lifecycle",
       with({runtime + "spec", runtime + "sync", runtime + "namespaces", runtime + "cgroup",
             runtime + "rootfs", runtime + "process", runtime + "security"})},
      {runtime + "cli", with({runtime + "spec", runtime + "lifecycle", "base/completion"})},
      {"mini-container/image", base},
      {"mini-container/network", base},
      {"mini-container/registry", with({"mini-container/image"})},
      {"mini-container/engine", with({"mini-container/image", "mini-container/network"})},
      {"mini-container/cli", with({"mini-container/image", "mini-container/network", "mini-container/engine",
                                   "base/completion", "base/help"})},
      {"vm-launcher", with({"base/completion", "base/help"})},
      {"bench", base},
  };
  return table;
}

// The longest folder of the table that holds `path`; "" if none does.
std::string layer_of(const std::string& path) {
  std::string best;
  for (const auto& [folder, _] : allowed()) {
    if (path.starts_with(folder + "/") && folder.size() > best.size()) best = folder;
  }
  return best;
}

TEST(Layers, IncludesPointDownwardOnly) {
  const std::regex include("^#include \"([^\"]+)\"");
  for (const auto& file : style::sources()) {
    const std::string layer = layer_of(file.path);
    if (layer.empty()) continue;
    for (const auto& line : file.lines()) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const std::string target = layer_of(match[1]);
      const Folders& below = allowed().at(layer);
      const bool fine = target == layer || std::find(below.begin(), below.end(), target) != below.end();
      EXPECT_TRUE(fine) << file.path << " includes " << match[1] << ", which is not below it";
    }
  }
}

TEST(Layers, EveryFolderWithSourcesIsInTheTableOrAboveIt) {
  for (const auto& file : style::sources()) {
    if (file.path.starts_with("tests/")) continue;
    EXPECT_NE(layer_of(file.path), "") << file.path << " belongs to no layer";
  }
}

// libc's names for kernel calls. A few that touch no kernel object (clock_gettime) or that every C++ program
// needs (abort) are left out on purpose.
const std::set<std::string>& kernel_calls() {
  static const std::set<std::string> names = [] {
    std::istringstream list(
        "open open64 openat openat64 creat read pread64 write pwrite64 close close_range dup dup2 dup3 pipe "
        "pipe2 "
        "fcntl fcntl64 ioctl poll ppoll select epoll_create1 epoll_ctl epoll_wait stat stat64 fstat fstat64 "
        "lstat "
        "lstat64 fstatat64 statx mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat "
        "symlink "
        "symlinkat readlink readlinkat chmod fchmod fchmodat chown fchown lchown fchownat mknod mknodat "
        "truncate "
        "ftruncate fsync syncfs fdatasync flock access faccessat chdir fchdir getcwd chroot mount umount "
        "umount2 "
        "pivot_root "
        "open_tree move_mount mount_setattr fsopen fsconfig fsmount unshare setns clone clone3 fork vfork "
        "execve "
        "execveat execv execvp fexecve posix_spawn posix_spawnp system popen wait waitpid waitid kill "
        "pidfd_open "
        "pidfd_send_signal prctl setrlimit getrlimit prlimit64 setsid setpgid setuid setgid setreuid "
        "setresuid "
        "setresgid setgroups umask sethostname setdomainname socket socketpair bind listen accept accept4 "
        "connect "
        "send sendto sendmsg recv recvfrom recvmsg shutdown setsockopt getsockopt sigaction sigprocmask "
        "signalfd "
        "timerfd_create eventfd inotify_init1 memfd_create mmap mmap64 munmap mprotect syscall reboot sync "
        "init_module delete_module _exit getpid getppid getuid geteuid getgid getegid tcgetattr tcsetattr "
        "isatty "
        "opendir fdopendir readdir readdir64 statfs fstatfs fstatfs64 statfs64 sched_setaffinity "
        "sched_setscheduler "
        "setpriority personality keyctl utimensat getxattr setxattr fsetxattr lsetxattr fallocate sendfile "
        "splice");
    std::set<std::string> all;
    for (std::string name; list >> name;)
      all.insert(name);
    return all;
  }();
  return names;
}

TEST(Layers, NoObjectOutsideBaseSysNeedsAKernelCall) {
  const std::filesystem::path build = std::filesystem::path(ISOLAB_BIN).parent_path();
  int objects = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(build)) {
    const std::string path = std::filesystem::relative(entry.path(), build).string();
    if (!path.ends_with(".cpp.o") || path.starts_with("base/sys/") || path.starts_with("tests/")) continue;
    // The yardstick: bare calls on purpose, since it is also what the seam is compared with.
    if (path.starts_with("bench/floor/")) continue;
    ++objects;
    std::istringstream symbols(
        style::shell("nm -u --format=just-symbols '" + entry.path().string() + "'").text);
    for (std::string name; symbols >> name;) {
      EXPECT_FALSE(kernel_calls().contains(name)) << path << " calls " << name << "(); use base/sys";
    }
  }
  EXPECT_GT(objects, 0);
}

TEST(Layers, EveryKernelCallOfBaseSysNamesItsManPage) {
  const std::regex announced("(?:call|attempt)\\(\\s*\"([a-z_0-9]+)\"");
  // Wrappers named after the call's variant; the page carries the plain name.
  const std::regex variant("^(?:rt_|f|l)?((.+?)(?:at|64|2|3|4)?)$");
  std::string pages;
  for (const auto& file : style::sources()) {
    if (file.path.starts_with("base/sys/")) pages += file.text;
  }
  for (const auto& file : style::sources()) {
    if (!file.path.starts_with("base/sys/")) continue;
    for (std::sregex_iterator match(file.text.begin(), file.text.end(), announced), end; match != end;
         ++match) {
      const std::string name = (*match)[1];
      std::smatch parts;
      ASSERT_TRUE(std::regex_match(name, parts, variant));
      const std::regex page("\\b(" + name + "|" + parts[1].str() + "|" + parts[2].str() + ")\\([1-8]\\)");
      EXPECT_TRUE(std::regex_search(pages, page)) << file.path << ": no man page named for " << name;
    }
  }
}

}  // namespace
