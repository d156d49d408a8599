// The kernel calls of a namespace plan, on both sides of the clone.
//
// Parent: what its next child shall be born into, undone again after the clone, and the id maps. Child: joins, and what belongs into new namespaces (host name, loopback).
// Reads: setns(2), unshare(2), user_namespaces(7) (setgroups), newuidmap(1), subuid(5),
// netdevice(7).
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/sys/fd.h"
#include "mini-container/runtime/namespaces/plan.h"

namespace namespaces {

// While it lives, children of this process are born into the plan's parent_joins and shifted clocks.
// WHY: this is why joining a pid namespace takes no second fork: clone3 returns the pid as the runtime sees it.
class ForChildren {
 public:
  explicit ForChildren(const Plan& plan);
  // The same for the namespaces of a running process: `exec`. `flags` is a set of CLONE_NEW*.
  ForChildren(int pidfd, std::uint64_t flags);
  ~ForChildren();
  ForChildren(const ForChildren&) = delete;
  ForChildren& operator=(const ForChildren&) = delete;

 private:
  void remember(std::uint64_t flags);
  struct Own {
    std::uint64_t flag;
    sys::UniqueFd fd;
  };
  std::vector<Own> own_;
};

// Parent: gives the child its ids, with newuidmap(1) and newgidmap(1) where a user who is not root asks for more than
// its own. Throws spec::Invalid with what those say.
void write_id_maps(const Plan& plan, pid_t child);
// A user without privilege may map its own group only if the container can never change its groups.
bool denies_setgroups(const Plan& plan);

// Child: opened before any is entered, since a joined mount namespace may not have the other paths.
void join(const Plan& plan);
// Child, after the maps: everything it does is now done as root of its user namespace.
void become_namespace_root();
// Child: unshares the network namespace; once in its groups the cgroup namespace; later the host name, domain name, and
// the loopback link.
void new_network_namespace(const Plan& plan);
void new_cgroup_namespace(const Plan& plan);
void configure(const Plan& plan);

}  // namespace namespaces
