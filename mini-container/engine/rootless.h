// The engine of an ordinary user: before the command's work begins, this process enters a user namespace in which that
// user is root, and a mount namespace that belongs to it. From there on the engine is the same as root's.
//
//     the host                         one user namespace, one mount namespace for each user
//       uid 1000  ------------------>    uid 0       mini-container, container-monitor, mini-runtime, pasta
//       uids 100000 to 165535 ------>    uids 1 to 65536
//                                          in it, a user namespace for each container, with the same ids
//
// All commands of a user have to be in the same two: what one mounts the next has to see, and power over a container comes
// from the namespace that it was made in. Nobody is kept for that: the kernel keeps both as long as any process is in
// them, and RUNTIME/namespaces says which they are. When the last command and the last guardian have ended they are gone,
// with all their mounts, however it ended; the next command makes new ones.
// Reads: user_namespaces(7), mount_namespaces(7), setns(2), ioctl_ns(2), newuidmap(1), subuid(5).
#pragma once

#include <string>

#include "base/sys/identity.h"
#include "base/users/users.h"

namespace engine {

// $XDG_DATA_HOME/mini-container.
std::string users_root();
// The places of an ordinary user, made if they are not there: users_root(), with its `run` leading to
// $XDG_RUNTIME_DIR/mini-container. Returns the root to be used for --root.
std::string make_users_root();

// ORDER: before any thread is started, since setns(2) and unshare(2) refuse a user namespace to one of many (EINVAL).
// Throws sys::Error of unshare(2) when the host allows no user namespace; nothing has changed then.
void enter_users_namespaces();

// The ids that a container's own user namespace is given; none for the host's root, whose containers have none.
sys::IdSpace ids_to_map();
// users::resolve_in, without the groups that a single id leaves no way to have (setgroups(2)).
users::Identity identity_in(const std::string& rootfs, const std::string& user);

}  // namespace engine
