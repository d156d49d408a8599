// The text of an error, and the hints: kept in one table so that they can be read, and reviewed, together.
#include "base/sys/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace sys {

namespace {

struct Hint {
  std::string_view call;
  int error;
  std::string_view text;
};

constexpr std::string_view kNoPlace =
    "the id has no place in this user namespace: see /proc/self/uid_map, and subuid(5) for a user who needs "
    "more";

constexpr Hint kHints[] = {
    {"clone3", EPERM, "new namespaces need CAP_SYS_ADMIN, or a user namespace made in the same call"},
    {"clone3", ENOSPC, "a namespace limit is reached: see /proc/sys/user/max_*_namespaces"},
    {"clone3", EUSERS,
     "user namespaces are nested too deeply, or /proc/sys/user/max_user_namespaces is reached"},
    {"clone3", EAGAIN,
     "too many processes: see ulimit -u, pids.max of the cgroup and /proc/sys/kernel/pid_max"},
    {"clone3", EINVAL, "the kernel may lack one of these namespace kinds: compare with ls /proc/self/ns"},
    {"mount", EPERM, "mounting needs CAP_SYS_ADMIN in the user namespace that owns the mount namespace"},
    {"mount", ENODEV, "the kernel does not know this file system: see /proc/filesystems"},
    {"mount", EINVAL, "an option may be unknown to this file system: the kernel's reason may stand in dmesg"},
    {"fsconfig", EPERM,
     "mounting needs CAP_SYS_ADMIN in the user namespace that owns the mount namespace; proc needs a new pid "
     "namespace and sysfs a new network namespace besides"},
    {"fsopen", EPERM,
     "proc needs a new pid namespace, sysfs a new network namespace, of the same user namespace"},
    {"fsopen", ENODEV, "the kernel does not know this file system: see /proc/filesystems"},
    {"open_tree", ENOENT, "what is to be mounted does not exist: check the source of the bind mount"},
    {"move_mount", ENOTDIR, "a directory can only be mounted on a directory, and a file on a file"},
    {"seccomp", EACCES, "without no_new_privs, loading a filter needs CAP_SYS_ADMIN"},
    {"mount", EBUSY, "the device or target is in use: see /proc/self/mountinfo"},
    {"pivot_root", EINVAL, "the new root must be a mount point, and its parent mount must not be shared"},
    {"setns", EINVAL, "the namespace file is of another kind, or the caller has several threads"},
    {"setns", EPERM, "joining needs CAP_SYS_ADMIN in the user namespace that owns the target namespace"},
    {"setresuid", EINVAL, kNoPlace},
    {"setresgid", EINVAL, kNoPlace},
    {"setgroups", EINVAL, kNoPlace},
    {"fchownat", EINVAL, kNoPlace},
    {"unshare", EPERM,
     "this host lets ordinary users make no user namespaces: see kernel.unprivileged_userns_clone and "
     "kernel.apparmor_restrict_unprivileged_userns (sysctl)"},
    {"unshare", ENOSPC, "a namespace limit is reached: see /proc/sys/user/max_*_namespaces"},
    {"unshare", EUSERS, "user namespaces are nested too deeply"},
    {"openat2", EXDEV, "the path leaves the root it was opened under"},
    {"openat2", ELOOP, "a symbolic link or a magic link stands where none is allowed"},
    {"inotify_add_watch", ENOSPC, "too many watches: see /proc/sys/fs/inotify/max_user_watches"},
    {"write", EDQUOT, "the disk quota is used up"},
    {"execve", ENOENT, "the program, or the interpreter that it names, is not in the image"},
    {"execve", EACCES, "the program lacks its execute bit, or its mount is noexec"},
    {"execve", ENOEXEC, "the program is for another architecture, or a script without #! line"},
    {"RTM_NEWLINK", EPERM, "links need CAP_NET_ADMIN in the user namespace that owns the network namespace"},
    {"RTM_NEWLINK", EOPNOTSUPP, "the kernel lacks this kind of link: try modprobe bridge veth"},
    {"RTM_NEWLINK", EEXIST, "a link of that name is there already: see ip link"},
    {"sched_setattr", EPERM,
     "it needs CAP_SYS_NICE, and a realtime policy in a v1 cpu group real-time runtime as well: "
     "cpu.rt_runtime_us, "
     "which linux.resources.cpu.realtimeRuntime sets"},
    {"setrlimit", EPERM, "raising a hard limit needs CAP_SYS_RESOURCE"},
    {"sethostname", EPERM,
     "setting the host name needs a new uts namespace and CAP_SYS_ADMIN in its user namespace"},
};

std::string message_of(int error, std::string_view call, std::string_view arguments, std::string_view phase,
                       std::string_view hint) {
  std::string text = fmt::format("{}({}): {}", call, arguments, std::strerror(error));
  if (!phase.empty()) text += fmt::format(", while: {}", phase);
  if (!hint.empty()) text += fmt::format(". Hint: {}", hint);
  return text;
}

}  // namespace

std::string hint_for(std::string_view call, int error) {
  for (const Hint& hint : kHints) {
    if (hint.call == call && hint.error == error) return std::string(hint.text);
  }
  if (error == EMFILE || error == ENFILE)
    return "too many open files: see ulimit -n and /proc/sys/fs/file-max";
  if (error == ENOSPC) return "the disk is full, in bytes or in files: see df -h and df -i";
  if (error == EROFS) return "the file system is mounted read-only: see /proc/self/mountinfo";
  if (error == ECANCELED) return "stopped at the prompt; what was made so far is taken down again";
  return {};
}

Error::Error(int error, std::string call, std::string arguments, std::string phase, std::string hint)
    : std::system_error(error, std::generic_category()),
      call_(std::move(call)),
      arguments_(std::move(arguments)),
      phase_(std::move(phase)),
      hint_(hint.empty() ? hint_for(call_, error) : std::move(hint)),
      message_(message_of(error, call_, arguments_, phase_, hint_)) {}

}  // namespace sys
