// See namespace.h.
#include "base/sys/namespace.h"

#include <fmt/format.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sys/file.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace sys {

std::string clone_flag_names(std::uint64_t flags) {
  static constexpr struct {
    std::uint64_t flag;
    std::string_view name;
  } kNames[] = {
      {CLONE_NEWUSER, "CLONE_NEWUSER"},      {CLONE_NEWPID, "CLONE_NEWPID"},   {CLONE_NEWNS, "CLONE_NEWNS"},
      {CLONE_NEWUTS, "CLONE_NEWUTS"},        {CLONE_NEWIPC, "CLONE_NEWIPC"},   {CLONE_NEWNET, "CLONE_NEWNET"},
      {CLONE_NEWCGROUP, "CLONE_NEWCGROUP"},  {CLONE_NEWTIME, "CLONE_NEWTIME"}, {CLONE_PIDFD, "CLONE_PIDFD"},
      {0x200000000ULL, "CLONE_INTO_CGROUP"},
  };
  std::string names;
  for (const auto& entry : kNames) {
    if ((flags & entry.flag) != 0) names += (names.empty() ? "" : "|") + std::string(entry.name);
  }
  return names.empty() ? "0" : names;
}

void unshare(std::uint64_t flags, Where where) {
  call(
      "unshare", [&] { return clone_flag_names(flags); }, [&] { return ::unshare(static_cast<int>(flags)); },
      where);
}

void setns(int fd, int kind, Where where) {
  call(
      "setns", [&] { return fmt::format("fd {}, {}", fd, clone_flag_names(static_cast<unsigned>(kind))); },
      [&] { return ::setns(fd, kind); }, where);
}

void sethostname(const std::string& name, Where where) {
  call(
      "sethostname", [&] { return name; }, [&] { return ::sethostname(name.data(), name.size()); }, where);
}

void setdomainname(const std::string& name, Where where) {
  call(
      "setdomainname", [&] { return name; }, [&] { return ::setdomainname(name.data(), name.size()); },
      where);
}

namespace {

UniqueFd related_namespace(const char* name, unsigned long request, int fd, Where where) {
  const auto describe = [&] { return fmt::format("fd {}, {}", fd, name); };
  const auto outcome = attempt(
      "ioctl", describe, [&] { return ::ioctl(fd, request); }, where);
  if (outcome.ok()) return UniqueFd(outcome.value);
  if (outcome.error == EPERM) return {};
  throw Error(outcome.error, "ioctl", describe(), std::string(trace::Phase::current()));
}

}  // namespace

UniqueFd parent_namespace(int fd, Where where) {
  return related_namespace("NS_GET_PARENT", NS_GET_PARENT, fd, where);
}

UniqueFd governing_namespace(int fd, Where where) {
  return related_namespace("NS_GET_USERNS", NS_GET_USERNS, fd, where);
}

uid_t namespace_owner(int fd, Where where) {
  uid_t owner = 0;
  call(
      "ioctl", [&] { return fmt::format("fd {}, NS_GET_OWNER_UID", fd); },
      [&] { return ::ioctl(fd, NS_GET_OWNER_UID, &owner); }, where);
  return owner;
}

std::uint64_t namespace_inode(const std::string& pid, const std::string& kind, Where where) {
  return stat(fmt::format("/proc/{}/ns/{}", pid, kind), where).st_ino;
}

void set_link_up(const std::string& name, Where where) {
  const UniqueFd socket(call(
      "socket", [] { return std::string("AF_INET, SOCK_DGRAM"); },
      [] { return ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); }, where));
  ifreq request{};
  name.copy(request.ifr_name, sizeof request.ifr_name - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  call(
      "ioctl", [&] { return fmt::format("SIOCSIFFLAGS, {}, IFF_UP", name); },
      [&] { return ::ioctl(socket.get(), SIOCSIFFLAGS, &request); }, where);
}

}  // namespace sys
