// What the floor takes away from its program, and the loopback device that every new network namespace wants up.
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "bench/floor/floor.h"

namespace bare {

namespace {

// chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, net_raw, sys_chroot, mknod,
// audit_write, setfcap.
constexpr std::uint64_t kKept = 0xa80425fb;

sock_filter instructions[kMostInstructions];

}  // namespace

Filter read_filter(const char* path) {
  if (std::strcmp(path, "-") == 0) return {};
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  check(file, path);
  const ssize_t size = read(file, instructions, sizeof instructions);
  check(size, path);
  close(file);
  return {static_cast<unsigned short>(static_cast<std::size_t>(size) / sizeof(sock_filter)), instructions};
}

void load(const Filter& filter) {
  const sock_fprog program{filter.length, filter.instructions};
  check(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
}

void drop_privileges() {
  const rlimit files{1024, 1024};
  check(setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
  check(setsid(), "setsid");
  for (unsigned capability = 0; capability < 64; ++capability) {
    if ((kKept >> capability & 1) != 0) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) break;  // past the last that this kernel knows
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const auto low = static_cast<std::uint32_t>(kKept);
  const __user_cap_data_struct sets[2] = {{low, low, 0}, {0, 0, 0}};
  check(syscall(SYS_capset, &header, sets), "capset");
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

void bring_loopback_up() {
  const int device = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  check(device, "socket");
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  check(ioctl(device, SIOCSIFFLAGS, &request), "lo");
  close(device);
}

}  // namespace bare
