// The machine as a whole: what only PID 1 of a (virtual) machine does. Kernel modules, the loopback link, and
// leaving. Reads: finit_module(2), reboot(2), netdevice(7), clock_settime(2), uname(2).
#pragma once

#include <string>

#include "base/sys/fd.h"

namespace sys {

// finit_module(2). False if it is loaded or built in already (EEXIST).
bool finit_module(int module, const std::string& parameters = {}, Where where = Where::current());

// reboot(2) RB_AUTOBOOT: ends this machine at once, without syncing anything. In a PID namespace it ends the
// namespace instead.
[[noreturn]] void restart_machine(Where where = Where::current());

// An IPv4 address of an interface of this machine, and the gateway to everything else. Both as "10.0.2.15".
struct InterfaceAddress {
  std::string interface;
  std::string address;
  unsigned prefix = 24;
  std::string gateway;  // empty for none
};
// ioctl(2) SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFFLAGS, SIOCADDRT: see netdevice(7), rtentry in route(8).
void set_interface_up(const InterfaceAddress& wanted, Where where = Where::current());

// clock_settime(2) CLOCK_REALTIME.
void set_clock(std::int64_t seconds, std::int64_t nanoseconds, Where where = Where::current());

// ioctl(2) SIOCSIFFLAGS: 127.0.0.1 answers from here on.
void set_loopback_up(Where where = Where::current());

// uname(2): "6.1.0-56-cloud-amd64".
std::string kernel_release(Where where = Where::current());

}  // namespace sys
