// The single steps of apply.h, one file each. Internal to rootfs.
#pragma once

#include "mini-container/runtime/rootfs/lent_devices.h"
#include "mini-container/runtime/rootfs/plan.h"

namespace rootfs {

// Attributes and propagation onto a detached mount, before anybody can see it without them.
void configure(const MountOptions& options, int mount);

// A mount of type cgroup or cgroup2: the container's own groups. cgroup_mount.cpp.
void mount_cgroups(const Plan& plan, const MountStep& step, int root);

// Device nodes and links, and an empty file for the console. devices.cpp.
void make_devices(const Plan& plan, const LentDevices& lent, int root);

// Copies what is in directory `from` (O_PATH) into the empty directory `to`. copy_up.cpp.
void copy_up(int from, int to);

// enter() where pivot_root(2) cannot work. no_pivot.cpp.
void move_root(const Plan& plan, int root);

}  // namespace rootfs
