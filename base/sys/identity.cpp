// See identity.h.
#include "base/sys/identity.h"

#include <fmt/format.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <sstream>

#include "base/sys/file.h"

namespace sys {

uid_t geteuid() {
  return ::geteuid();
}
gid_t getegid() {
  return ::getegid();
}
pid_t getpid() {
  return ::getpid();
}

namespace {

// Lines of "FIRST OUTSIDE COUNT"; `own` says whether they are one that maps all ids to themselves.
std::vector<IdRange> ranges_of(const std::string& file, bool& own, Where where) {
  constexpr std::uint32_t kAll = 4294967295;
  std::vector<IdRange> ranges;
  std::istringstream lines(read_file(file, where));
  std::uint32_t inside = 0, outside = 0, count = 0;
  while (lines >> inside >> outside >> count) {
    ranges.push_back({inside, count});
    own = inside == 0 && outside == 0 && count == kAll;
  }
  return ranges;
}

}  // namespace

IdSpace id_space(Where where) {
  IdSpace space;
  bool own_groups = false;
  space.users = ranges_of("/proc/self/uid_map", space.of_host, where);
  if (space.of_host) return space;
  space.groups = ranges_of("/proc/self/gid_map", own_groups, where);
  return space;
}

bool setgroups_is_allowed(const std::string& pid, Where where) {
  return !read_file(fmt::format("/proc/{}/setgroups", pid), where).starts_with("deny");
}

void setgroups(const std::vector<gid_t>& groups, Where where) {
  call(
      "setgroups", [&] { return fmt::format("[{}]", fmt::join(groups, " ")); },
      [&] { return ::setgroups(groups.size(), groups.data()); }, where);
}

void setresgid(gid_t gid, Where where) {
  call(
      "setresgid", [&] { return fmt::format("{}", gid); }, [&] { return ::setresgid(gid, gid, gid); }, where);
}

void setresuid(uid_t uid, Where where) {
  call(
      "setresuid", [&] { return fmt::format("{}", uid); }, [&] { return ::setresuid(uid, uid, uid); }, where);
}

void set_keep_capabilities(bool on, Where where) {
  call(
      "prctl", [&] { return fmt::format("PR_SET_KEEPCAPS, {}", on ? 1 : 0); },
      [&] { return ::prctl(PR_SET_KEEPCAPS, on ? 1UL : 0UL, 0UL, 0UL, 0UL); }, where);
}

void clear_ambient_capabilities(Where where) {
  call(
      "prctl", [] { return std::string("PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL"); },
      [] { return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0UL, 0UL, 0UL); }, where);
}

void raise_ambient_capability(int capability, const std::string& name, Where where) {
  call(
      "prctl", [&] { return fmt::format("PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, {}", name); },
      [&] {
        return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, static_cast<unsigned long>(capability), 0UL,
                       0UL);
      },
      where);
}

}  // namespace sys
