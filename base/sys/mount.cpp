// See mount.h. glibc 2.36 has all of these but fsconfig's convenience; none is retried, since none can be
// interrupted.
#include "base/sys/mount.h"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sstream>

#include "base/sys/file.h"

namespace sys {

namespace {

struct FlagName {
  unsigned long flag;
  std::string_view name;
};

constexpr FlagName kFlagNames[] = {
    {MS_RDONLY, "MS_RDONLY"},
    {MS_NOSUID, "MS_NOSUID"},
    {MS_NODEV, "MS_NODEV"},
    {MS_NOEXEC, "MS_NOEXEC"},
    {MS_SYNCHRONOUS, "MS_SYNCHRONOUS"},
    {MS_REMOUNT, "MS_REMOUNT"},
    {MS_MANDLOCK, "MS_MANDLOCK"},
    {MS_DIRSYNC, "MS_DIRSYNC"},
    {MS_NOATIME, "MS_NOATIME"},
    {MS_NODIRATIME, "MS_NODIRATIME"},
    {MS_BIND, "MS_BIND"},
    {MS_MOVE, "MS_MOVE"},
    {MS_REC, "MS_REC"},
    {MS_SILENT, "MS_SILENT"},
    {MS_UNBINDABLE, "MS_UNBINDABLE"},
    {MS_PRIVATE, "MS_PRIVATE"},
    {MS_SLAVE, "MS_SLAVE"},
    {MS_SHARED, "MS_SHARED"},
    {MS_RELATIME, "MS_RELATIME"},
    {MS_STRICTATIME, "MS_STRICTATIME"},
    {MS_LAZYTIME, "MS_LAZYTIME"},
};

const char* or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

// What the kernel said about a file system context: "tmpfs: Bad value for 'size'". Reads: fsopen(2).
std::string reason_of(int context) {
  char text[256];
  const auto length = ::read(context, text, sizeof text);
  // Messages begin with a letter for their severity and a blank.
  if (length <= 2) return {};
  return "the kernel says: " + std::string(text + 2, static_cast<std::size_t>(length) - 2);
}

void fsconfig(int context, unsigned command, const std::string& key, const char* value, Where where) {
  const auto describe = [&] {
    if (command == FSCONFIG_CMD_CREATE) return std::string("create");
    return value == nullptr ? key : fmt::format("{}={}", key, value);
  };
  const char* name = key.empty() ? nullptr : key.c_str();
  const auto outcome = attempt(
      "fsconfig", describe, [&] { return ::fsconfig(context, command, name, value, 0); }, where);
  if (outcome.ok()) return;
  throw Error(outcome.error, "fsconfig", describe(), std::string(trace::Phase::current()),
              reason_of(context));
}

}  // namespace

std::string mount_flag_names(unsigned long flags) {
  std::string names;
  for (const FlagName& entry : kFlagNames) {
    if ((flags & entry.flag) != 0) names += (names.empty() ? "" : "|") + std::string(entry.name);
  }
  return names.empty() ? "0" : names;
}

void mount(const std::string& source, const std::string& target, const std::string& type, unsigned long flags,
           const std::string& data, Where where) {
  call(
      "mount",
      [&] {
        return fmt::format("{} on {}{}{}, {}{}{}", source, target, type.empty() ? "" : ", type ", type,
                           mount_flag_names(flags), data.empty() ? "" : ", ", data);
      },
      [&] { return ::mount(or_null(source), target.c_str(), or_null(type), flags, or_null(data)); }, where);
}

bool umount_if_mounted(const std::string& target, int flags, Where where) {
  const auto outcome = attempt(
      "umount2", [&] { return fmt::format("{}, {:#x}", target, flags); },
      [&] { return ::umount2(target.c_str(), flags); }, where);
  if (outcome.ok()) return true;
  if (outcome.error == EINVAL || outcome.error == ENOENT) return false;
  throw Error(outcome.error, "umount2", target, std::string(trace::Phase::current()));
}

void pivot_root(const std::string& new_root, const std::string& put_old, Where where) {
  call(
      "pivot_root", [&] { return fmt::format("new root {}, old root {}", new_root, put_old); },
      [&] { return ::syscall(SYS_pivot_root, new_root.c_str(), put_old.c_str()); }, where);
}

void chroot(const std::string& path, Where where) {
  call(
      "chroot", [&] { return path; }, [&] { return ::chroot(path.c_str()); }, where);
}

UniqueFd open_tree(int directory, const std::string& path, unsigned flags, Where where) {
  return UniqueFd(call(
      "open_tree", [&] { return fmt::format("\"{}\" under fd {}, flags {:#x}", path, directory, flags); },
      [&] { return ::open_tree(directory, path.c_str(), flags | OPEN_TREE_CLOEXEC); }, where));
}

void move_mount(int mount, int target, Where where) {
  call(
      "move_mount", [&] { return fmt::format("fd {} onto fd {}", mount, target); },
      [&] { return ::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH); },
      where);
}

void mount_setattr(int fd, unsigned flags, std::uint64_t set, std::uint64_t clear, std::uint64_t propagation,
                   int user_namespace, Where where) {
  struct mount_attr attributes {};
  attributes.attr_set = set;
  attributes.attr_clr = clear;
  attributes.propagation = propagation;
  if (user_namespace >= 0) attributes.userns_fd = static_cast<std::uint64_t>(user_namespace);
  call(
      "mount_setattr",
      [&] {
        return fmt::format("fd {}, set {:#x}, clear {:#x}, propagation {:#x}", fd, set, clear, propagation);
      },
      [&] { return ::mount_setattr(fd, "", AT_EMPTY_PATH | flags, &attributes, sizeof attributes); }, where);
}

UniqueFd mount_detached(const std::string& type, const std::vector<FsOption>& options,
                        std::uint64_t attributes, Where where) {
  const UniqueFd context(call(
      "fsopen", [&] { return type; }, [&] { return ::fsopen(type.c_str(), FSOPEN_CLOEXEC); }, where));
  for (const FsOption& option : options) {
    const auto command = option.value.empty() ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
    fsconfig(context.get(), command, option.key, or_null(option.value), where);
  }
  fsconfig(context.get(), FSCONFIG_CMD_CREATE, "", nullptr, where);
  return UniqueFd(call(
      "fsmount", [&] { return fmt::format("{}, attributes {:#x}", type, attributes); },
      [&] { return ::fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes)); }, where));
}

std::vector<std::string> mounts_below(const std::string& directory, Where where) {
  std::vector<std::string> targets;
  std::istringstream lines(read_file("/proc/self/mountinfo", where));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string target;
    // SPEC: proc(5): id, parent, device, root, mount point.
    for (int field = 1; field <= 5; ++field)
      fields >> target;
    if (target.starts_with(directory + "/")) targets.push_back(target);
  }
  return targets;
}

}  // namespace sys
