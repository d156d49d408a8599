// Namespaces and mounts: made anew, entered, or changed, so that what covers /proc and /sys would be gone.
// Reads: unshare(2), setns(2), ioctl_ns(2), mount(2), umount(2), open_tree(2), mount_setattr(2), chroot(2),
// pivot_root(2), cgroups(7).
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/kernel/escapes/attacks/attempt.h"

namespace attacks {

namespace {

template <int flags>
int make(const Facts&) {
  return answer(::unshare(flags));
}

int enter(const char* file) {
  return answer(::setns(::open(file, O_RDONLY), 0));
}

int enter_mounts(const Facts&) {
  return enter("/proc/1/ns/mnt");
}

int enter_network(const Facts&) {
  return enter("/proc/1/ns/net");
}

int enter_processes(const Facts&) {
  return enter("/proc/1/ns/pid");
}

// The pid namespace that this one was made in is the host's.
int find_the_parent(const Facts&) {
  return answer(::ioctl(::open("/proc/self/ns/pid", O_RDONLY), NS_GET_PARENT));
}

int mount_anything(const Facts&) {
  return answer(::mount("tmpfs", "/tmp", "tmpfs", 0, nullptr));
}

int mount_another_proc(const Facts&) {
  return answer(::mount("proc", "/tmp", "proc", 0, nullptr));
}

int mount_control_groups(const Facts&) {
  return answer(::mount("cgroup", "/tmp", "cgroup", 0, "memory"));
}

int make_parameters_writable(const Facts&) {
  return answer(::mount("", "/proc/sys", "", MS_REMOUNT | MS_BIND, nullptr));
}

int make_parameters_writable_by_descriptor(const Facts&) {
  mount_attr attributes{};
  attributes.attr_clr = MOUNT_ATTR_RDONLY;
  return answer(
      ::syscall(SYS_mount_setattr, AT_FDCWD, "/proc/sys", AT_RECURSIVE, &attributes, sizeof attributes));
}

int uncover_parameters(const Facts&) {
  return answer(::umount2("/proc/sys", MNT_DETACH));
}

int uncover_a_masked_file(const Facts&) {
  return answer(::umount2("/proc/keys", MNT_DETACH));
}

int copy_the_tree(const Facts&) {
  return answer(::syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE));
}

int make_a_file_system(const Facts&) {
  return answer(::syscall(SYS_fsopen, "tmpfs", 0));
}

int exchange_the_root(const Facts&) {
  return answer(::chdir("/") < 0 ? -1 : ::syscall(SYS_pivot_root, ".", "."));
}

// The oldest way out: a root that is no mount is climbed over from a directory outside it.
int climb_out_of_chroot(const Facts& facts) {
  if (::chroot("/attack") < 0) return errno;
  for (int i = 0; i < 64; ++i) {
    if (::chdir("..") < 0) return errno;
  }
  if (::chroot(".") < 0) return errno;
  return answer(::open(facts.at("secret").c_str(), O_RDONLY));
}

// The control groups of this container, writable: a user namespace gives power over mounts.
int mount_groups_in_a_user_namespace() {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP) < 0) return -1;
  for (const char* controller : {"memory", "cpu", "devices", "pids"}) {
    if (::mount("cgroup", "/dev/shm", "cgroup", 0, controller) == 0) return 0;
  }
  return ::mount("cgroup2", "/dev/shm", "cgroup2", 0, nullptr);
}

// CVE-2022-0492: the program that the host's root runs when a group is left by its last process.
int name_an_agent_in_a_user_namespace(const Facts&) {
  if (mount_groups_in_a_user_namespace() < 0) return errno;
  return answer(::open("/dev/shm/release_agent", O_WRONLY));
}

int lift_limits_in_a_user_namespace(const Facts&) {
  if (mount_groups_in_a_user_namespace() < 0) return errno;
  if (::mkdir("/dev/shm/made-inside", 0700) < 0) return errno;
  // WHY: without limits of its own a container may run in the groups of whoever started it.
  return answer(::rmdir("/dev/shm/made-inside"));
}

// What was covered must stay so in a mount namespace that a user namespace's root owns.
int uncover_in_a_user_namespace(const Facts&) {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) return errno;
  int last = EPERM;
  for (int (*one)(const Facts&) : {uncover_parameters, uncover_a_masked_file, make_parameters_writable,
                                   make_parameters_writable_by_descriptor, mount_another_proc}) {
    last = one({});
    if (last == kWorked) return kWorked;
  }
  return last;
}

}  // namespace

std::vector<Attempt> namespace_attempts() {
  return {{"new-mounts", make<CLONE_NEWNS>},
          {"new-pids", make<CLONE_NEWPID>},
          {"new-network", make<CLONE_NEWNET>},
          {"new-ipc", make<CLONE_NEWIPC>},
          {"new-uts", make<CLONE_NEWUTS>},
          {"new-cgroups", make<CLONE_NEWCGROUP>},
          {"enter-mounts", enter_mounts},
          {"enter-network", enter_network},
          {"enter-pids", enter_processes},
          {"parent-of-pids", find_the_parent},
          {"mount", mount_anything},
          {"mount-proc", mount_another_proc},
          {"mount-cgroup", mount_control_groups},
          {"remount-parameters", make_parameters_writable},
          {"setattr-parameters", make_parameters_writable_by_descriptor},
          {"uncover-parameters", uncover_parameters},
          {"uncover-mask", uncover_a_masked_file},
          {"open-tree", copy_the_tree},
          {"fsopen", make_a_file_system},
          {"pivot-root", exchange_the_root},
          {"chroot-climb", climb_out_of_chroot},
          {"user-namespace", make<CLONE_NEWUSER>},
          {"user-namespace-agent", name_an_agent_in_a_user_namespace},
          {"user-namespace-limits", lift_limits_in_a_user_namespace},
          {"user-namespace-uncover", uncover_in_a_user_namespace}};
}

}  // namespace attacks
