// The file systems of the floor, by the oldest calls that do it: one mount(2) each. The runtime uses the newer calls,
// which are not faster; they let it hold what it mounts by a descriptor, so that no image can redirect it. The floor
// trusts its root file system, and the benchmark made that one.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

#include "bench/floor/floor.h"

namespace bare {

namespace {

struct Mount {
  const char* type;
  const char* place;
  unsigned long flags;
  const char* options;
};

constexpr unsigned long kNothing = MS_NOSUID | MS_NOEXEC | MS_NODEV;
constexpr Mount kMounts[] = {
    {"proc", "proc", kNothing, nullptr},
    {"tmpfs", "dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"},
    {"devpts", "dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5"},
    {"tmpfs", "dev/shm", kNothing, "mode=1777,size=65536k"},
    {"mqueue", "dev/mqueue", kNothing, nullptr},
    {"sysfs", "sys", kNothing | MS_RDONLY, nullptr},
};

struct Device {
  const char* path;
  unsigned minor_number, major_number;
};
constexpr Device kDevices[] = {{"dev/null", 3, 1},   {"dev/zero", 5, 1},    {"dev/full", 7, 1},
                               {"dev/random", 8, 1}, {"dev/urandom", 9, 1}, {"dev/tty", 0, 5}};

constexpr const char* kLinks[][2] = {{"/proc/self/fd", "dev/fd"},
                                     {"/proc/self/fd/0", "dev/stdin"},
                                     {"/proc/self/fd/1", "dev/stdout"},
                                     {"/proc/self/fd/2", "dev/stderr"},
                                     {"pts/ptmx", "dev/ptmx"}};

constexpr const char* kReadOnly[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};
constexpr const char* kMasked[] = {
    "proc/asound",     "proc/acpi",        "proc/kcore",       "proc/keys", "proc/latency_stats",
    "proc/timer_list", "proc/timer_stats", "proc/sched_debug", "proc/scsi", "sys/firmware"};

void mount_all() {
  for (const Mount& one : kMounts) {
    // Not all are there in the image; those below /dev never are.
    if (mkdir(one.place, 0755) < 0 && errno != EEXIST) check(-1, one.place);
    check(mount(one.type, one.place, one.type, one.flags, one.options), one.place);
    if (one.place[3] != '\0' || one.place[0] != 'd') continue;
    for (const Device& device : kDevices)
      check(mknod(device.path, S_IFCHR | 0666, makedev(device.major_number, device.minor_number)),
            device.path);
    for (const auto& link : kLinks)
      check(symlink(link[0], link[1]), link[1]);
  }
}

void make_read_only(const char* path) {
  if (mount(path, path, nullptr, MS_BIND | MS_REC, nullptr) < 0) return;  // this kernel has no such file
  check(mount(nullptr, path, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | kNothing, nullptr), path);
}

void mask(const char* path) {
  if (mount("dev/null", path, nullptr, MS_BIND, nullptr) == 0 || errno == ENOENT) return;
  check(mount("tmpfs", path, "tmpfs", MS_RDONLY, "nr_inodes=1"), path);
}

}  // namespace

void build_rootfs(const char* rootfs) {
  umask(0);
  // ORDER: first, or every mount below would appear on the host as well.
  check(mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr), "/");
  check(mount(rootfs, rootfs, nullptr, MS_BIND | MS_REC, nullptr), rootfs);
  check(chdir(rootfs), rootfs);
  mount_all();
  for (const char* path : kReadOnly)
    make_read_only(path);
  for (const char* path : kMasked)
    mask(path);
  // The old root lands on the new one, and is taken off from there.
  check(syscall(SYS_pivot_root, ".", "."), "pivot_root");
  check(umount2(".", MNT_DETACH), "umount2");
  check(chdir("/"), "/");
}

}  // namespace bare
