// Carries out a rootfs plan, in the container's first process, inside its new mount namespace and before the
// host's tree is out of sight.
//
// The image is not trusted: every path in it is opened below the root by openat2(2), and what is mounted goes
// onto that descriptor (move_mount), never onto a path that could change in between. Done while the host's
// /proc and /dev are still there, no step has to believe what the image put in their place.
// Reads: mount_namespaces(7), openat2(2), open_tree(2), move_mount(2), pivot_root(2);
// CVE-2019-19921, CVE-2021-30465, CVE-2025-31133, CVE-2025-52565, CVE-2025-52881.
#pragma once

#include "base/sys/fd.h"
#include "mini-container/runtime/rootfs/bind_sources.h"
#include "mini-container/runtime/rootfs/id_map.h"
#include "mini-container/runtime/rootfs/lent_devices.h"
#include "mini-container/runtime/rootfs/plan.h"

namespace rootfs {

// The steps, in the order in which the child calls them:
//     const sys::UniqueFd root = rootfs::build(plan, id_mapped);
//     if (terminal) console = rootfs::make_console(root.get());   // console.h
//     ... hooks: prestart, createRuntime (in the runtime), createContainer (here)
//     rootfs::restrict(plan, root.get());
//     rootfs::enter(plan, root.get());
//     ... hostname, identity, capabilities, seccomp, exec

// Cuts propagation to the host, mounts the rootfs on itself, then mounts, devices and links. Returns the root.
// `id_mapped`, `lent` and `sources`: what clone_id_mapped(), lend_devices() and open_bind_sources() gave. Changes the umask
// to 0.
sys::UniqueFd build(const Plan& plan, const IdMappedTrees& id_mapped, const LentDevices& lent = {},
                    const BindSources& sources = {});

// Writes sysctls, hides masked paths, makes read-only paths (and /dev, if asked) read-only.
// ORDER: sysctls need /proc/sys writable, so before the read-only paths; all of it before enter().
void restrict(const Plan& plan, int root);

// pivot_root(2) into the root and away with the old one; then the root's own read-only flag and propagation.
// The working directory is "/" afterwards.
void enter(const Plan& plan, int root);

// What enter() does without a mount namespace; `exec` too, since there is none to join. See no_mounts.cpp.
void change_root(int root);

}  // namespace rootfs
