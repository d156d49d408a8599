// Namespaces: what a process can see. Made with clone3(2) or unshare(2), joined with setns(2), named by the
// files in /proc/PID/ns.
// Reads: namespaces(7), ioctl_ns(2), clone(2), unshare(2), setns(2), user_namespaces(7), sethostname(2), setdomainname(2).
#pragma once

#include <sched.h>

#include <cstdint>
#include <string>

#include "base/sys/fd.h"

namespace sys {

// "CLONE_NEWPID|CLONE_NEWNS", for traces.
std::string clone_flag_names(std::uint64_t flags);

void unshare(std::uint64_t flags, Where where = Where::current());
// Joins the namespace(s) behind `fd`: a /proc/PID/ns file (`kind` one CLONE_NEW* or 0 for whatever it is) or
// a pidfd
// (`kind` any set of CLONE_NEW*).
void setns(int fd, int kind, Where where = Where::current());

void sethostname(const std::string& name, Where where = Where::current());
void setdomainname(const std::string& name, Where where = Where::current());
// SIOCSIFFLAGS (netdevice(7)): a new network namespace is born with its loopback link down.
void set_link_up(const std::string& name, Where where = Where::current());

// ioctl_ns(2) on the file of a user namespace: the one that it was made in, the user who made it; of any other
// namespace: the user namespace whose root has power over it. Empty when that is beyond the caller's own (EPERM).
UniqueFd parent_namespace(int fd, Where where = Where::current());
UniqueFd governing_namespace(int fd, Where where = Where::current());
uid_t namespace_owner(int fd, Where where = Where::current());

// The inode of /proc/PID/ns/KIND: two processes share a namespace exactly when these agree. `pid` may be
// "self".
std::uint64_t namespace_inode(const std::string& pid, const std::string& kind,
                              Where where = Where::current());

}  // namespace sys
