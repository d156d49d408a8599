// See machine.h.
#include "base/sys/machine.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <net/route.h>
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

namespace {

sockaddr_in ipv4(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) throw Error(EINVAL, "inet_pton", text);
  return address;
}

UniqueFd control_socket(Where where) {
  return UniqueFd(call(
      "socket", [] { return std::string("AF_INET, SOCK_DGRAM"); },
      [] { return ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); }, where));
}

template <class Request>
void control(int socket, unsigned long operation, const char* name, const std::string& on, Request& request,
             Where where) {
  call(
      "ioctl", [&] { return fmt::format("{}, {}", name, on); },
      [&] { return ::ioctl(socket, operation, &request); }, where);
}

ifreq request_for(const std::string& interface) {
  ifreq request{};
  if (interface.size() >= sizeof request.ifr_name) throw Error(ENODEV, "ioctl", interface);
  interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
  return request;
}

void set_up(int socket, const std::string& interface, Where where) {
  ifreq request = request_for(interface);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  control(socket, SIOCSIFFLAGS, "SIOCSIFFLAGS", interface + ", IFF_UP", request, where);
}

template <class Address>
void copy_to(Address& target, const sockaddr_in& address) {
  std::memcpy(&target, &address, sizeof address);
}

}  // namespace

void set_loopback_up(Where where) {
  set_up(control_socket(where).get(), "lo", where);
}

void set_interface_up(const InterfaceAddress& wanted, Where where) {
  const UniqueFd socket = control_socket(where);
  ifreq request = request_for(wanted.interface);
  copy_to(request.ifr_addr, ipv4(wanted.address));
  control(socket.get(), SIOCSIFADDR, "SIOCSIFADDR", wanted.interface + ", " + wanted.address, request, where);
  sockaddr_in mask{};
  mask.sin_family = AF_INET;
  mask.sin_addr.s_addr = htonl(wanted.prefix == 0 ? 0 : ~0U << (32 - wanted.prefix));
  copy_to(request.ifr_netmask, mask);
  control(socket.get(), SIOCSIFNETMASK, "SIOCSIFNETMASK", fmt::format("/{}", wanted.prefix), request, where);
  set_up(socket.get(), wanted.interface, where);
  if (wanted.gateway.empty()) return;
  rtentry route{};
  copy_to(route.rt_dst, ipv4("0.0.0.0"));
  copy_to(route.rt_genmask, ipv4("0.0.0.0"));
  copy_to(route.rt_gateway, ipv4(wanted.gateway));
  route.rt_flags = RTF_UP | RTF_GATEWAY;
  control(socket.get(), SIOCADDRT, "SIOCADDRT", "default via " + wanted.gateway, route, where);
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
