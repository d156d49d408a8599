// Who a process is: user, groups and supplementary groups. Capabilities are libcap's (runtime/security).
// Reads: credentials(7), setresuid(2), setresgid(2), setgroups(2), prctl(2).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/sys/call.h"

namespace sys {

uid_t geteuid();
gid_t getegid();
pid_t getpid();

// The ids that this process's user namespace has a place for: /proc/self/uid_map and gid_map, see user_namespaces(7).
struct IdRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};
struct IdSpace {
  std::vector<IdRange> users, groups;  // each mapped to the namespace around as a whole
  bool of_host = false;                // all of them, each its own: root here is root of the host
  bool has_others() const { return users.size() > 1 || (!users.empty() && users.front().count > 1); }
};
IdSpace id_space(Where where = Where::current());
// /proc/PID/setgroups: not where a user without privilege has mapped its own group. `pid` may be "self".
bool setgroups_is_allowed(const std::string& pid, Where where = Where::current());

void setgroups(const std::vector<gid_t>& groups, Where where = Where::current());
// Real, effective and saved id at once. ORDER: groups before users; without uid 0 the kernel refuses (EPERM).
void setresgid(gid_t gid, Where where = Where::current());
void setresuid(uid_t uid, Where where = Where::current());
// prctl(2) PR_SET_KEEPCAPS: permitted capabilities survive the change from uid 0 to another.
void set_keep_capabilities(bool on, Where where = Where::current());
// prctl(2) PR_CAP_AMBIENT: empties the ambient set; adds one capability, `name` being for the trace.
void clear_ambient_capabilities(Where where = Where::current());
void raise_ambient_capability(int capability, const std::string& name, Where where = Where::current());

}  // namespace sys
