// See tap.h.
#include "base/sys/tap.h"

#include <fmt/format.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include "base/sys/fd.h"

namespace sys {

void make_tap(const std::string& name, Where where) {
  ifreq request{};
  if (name.size() >= sizeof request.ifr_name) throw Error(ENAMETOOLONG, "ioctl", name);
  name.copy(request.ifr_name, sizeof request.ifr_name - 1);
  // Whole Ethernet frames, each behind the header by which a virtio card leaves checksums and segments to the host.
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
  const UniqueFd tap = open("/dev/net/tun", O_RDWR, 0, where);
  call(
      "ioctl", [&] { return fmt::format("TUNSETIFF, {}, IFF_TAP", name); },
      [&] { return ::ioctl(tap.get(), TUNSETIFF, &request); }, where);
  call(
      "ioctl", [&] { return fmt::format("TUNSETPERSIST, {}", name); },
      [&] { return ::ioctl(tap.get(), TUNSETPERSIST, 1); }, where);
}

}  // namespace sys
