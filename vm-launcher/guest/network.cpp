// See network.h.
#include "vm-launcher/guest/network.h"

#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/machine.h"
#include "vm-launcher/guest/bring_up.h"

namespace vm::guest {

namespace {

constexpr char kCard[] = "eth0";

std::string find_card() {
  const std::string device = fmt::format("/sys/class/net/{}", kCard);
  return sys::exists(device) ? device : "";
}

}  // namespace

void bring_up_network(const protocol::Network& network) {
  await_device("network card; the guest's kernel needs virtio_net", find_card);
  sys::set_interface_up({kCard, network.address, network.prefix, network.gateway});
  // The image's root is memory, and its resolv.conf is of the machine that the image was built on, as for a container.
  sys::mkdir_if_missing("/etc");
  sys::unlink_if_present("/etc/resolv.conf");
  sys::replace_file("/etc/resolv.conf", network.resolv_conf);
}

}  // namespace vm::guest
