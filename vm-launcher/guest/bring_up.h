// From the kernel's first exec to READY: what a machine needs before a program of an image can run in it.
//
// The kernel starts PID 1 in an initramfs that is the image's root file system, plus the folder kFolder with
// this program and its modules. Nothing is mounted but the initramfs itself. Reads: initramfs documentation
// (ramfs-rootfs-initramfs.rst), proc(5), sysfs(5), cgroups(7), devpts (filesystems/devpts.rst).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace vm::guest {

// Where the launcher puts this program and the modules inside the initramfs. Gone before the command runs.
inline constexpr char kFolder[] = "/.isolab";

// /proc, /sys, /dev, /dev/pts, /dev/shm, cgroup v2, the loopback link. What fails is told in `trouble`, and is no
// reason to stop: a program that needs no /sys runs without.
void mount_kernel_file_systems(std::vector<std::string>& trouble);

// Loads kFolder/modules/NN-name.ko in the order of their numbers, then removes kFolder to free its memory.
void load_modules(std::vector<std::string>& trouble);

// The device node that `find` answers with, once there is one; "" means not yet. std::runtime_error names `what`
// after 5 s.
std::string await_device(const std::string& what, const std::function<std::string()>& find);

// Opens the line to the launcher that the kernel command line names: isolab.port=ttyS1 or isolab.port=virtio.
sys::UniqueFd open_agent_port();

}  // namespace vm::guest
