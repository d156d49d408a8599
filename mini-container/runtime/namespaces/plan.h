// Namespaces decide what a process sees: which processes, mounts, links, host name, users, clocks. This plan says
// which of them are made new by the one clone3(2), which are joined, and what the parent writes into them.
//
// Pure. Reads: namespaces(7), user_namespaces(7), pid_namespaces(7), time_namespaces(7),
// OCI runtime-spec config-linux.md (namespaces, user namespace mappings).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mini-container/runtime/spec/config.h"

namespace namespaces {

struct Join {
  std::string type;  // "network"
  std::string path;  // "/run/netns/blue"
  std::uint64_t clone_flag = 0;
};

struct Plan {
  std::uint64_t clone_flags =
      0;                    // for clone3; network, cgroup and, with offsets, time are made apart (below)
  std::vector<Join> joins;  // by the child, in this order: mount last
  // By the parent, for its next child: pid and time, where setns(2) moves only children, and all but mount if there
  // is a user namespace, since the child, once in it, has no power over namespaces of the host (EPERM).
  std::vector<Join> parent_joins;
  // To join, by a go-between that clones the first process in it: what is new then belongs to that user namespace.
  std::string user_path;
  bool new_user = false;
  bool new_cgroup = false;   // unshare(2) by the child once it is in its groups
  bool new_network = false;  // unshare(2) by the child, which takes as long as all others together
  std::vector<spec::IdMapping> uid_mappings, gid_mappings;  // of a new user namespace
  std::string uid_map, gid_map;  // the same as content of /proc/PID/uid_map, gid_map
  std::string time_offsets;      // content of /proc/self/timens_offsets; empty: no offsets
  std::string hostname, domainname;

  bool joins_user() const { return !user_path.empty(); }
  // The container's ids are not the host's.
  bool in_user_namespace() const { return new_user || joins_user(); }
};

Plan plan(const spec::Config& config);

// For a person, one line each: what `explain` prints.
std::string describe(const Plan& plan);

}  // namespace namespaces
