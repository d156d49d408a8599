// See machine.h.
#include "base/sys/machine.h"

#include <fmt/format.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstring>
#include <ctime>

#include "base/sys/process.h"

namespace sys {

bool finit_module(int module, const std::string& parameters, Where where) {
  const auto describe = [&] { return fmt::format("fd {}, \"{}\"", module, parameters); };
  const auto outcome = attempt(
      "finit_module", describe, [&] { return ::syscall(SYS_finit_module, module, parameters.c_str(), 0); },
      where);
  if (outcome.ok() || outcome.error == EEXIST) return outcome.ok();
  throw Error(outcome.error, "finit_module", describe(), std::string(trace::Phase::current()));
}

void restart_machine(Where where) {
  call(
      "reboot", [] { return std::string("RB_AUTOBOOT"); }, [] { return ::reboot(RB_AUTOBOOT); }, where);
  exit_now(0);
}

void set_loopback_up(Where where) {
  const UniqueFd socket(call(
      "socket", [] { return std::string("AF_INET, SOCK_DGRAM"); },
      [] { return ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); }, where));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  call(
      "ioctl", [] { return std::string("SIOCSIFFLAGS, lo, IFF_UP"); },
      [&] { return ::ioctl(socket.get(), SIOCSIFFLAGS, &request); }, where);
}

void set_clock(std::int64_t seconds, std::int64_t nanoseconds, Where where) {
  const timespec time{seconds, nanoseconds};
  call(
      "clock_settime", [&] { return fmt::format("CLOCK_REALTIME, {} s", seconds); },
      [&] { return ::clock_settime(CLOCK_REALTIME, &time); }, where);
}

std::string kernel_release(Where where) {
  utsname names{};
  call(
      "uname", [] { return std::string(); }, [&] { return ::uname(&names); }, where);
  return names.release;
}

}  // namespace sys
