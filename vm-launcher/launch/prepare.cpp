// See prepare.h.
#include "vm-launcher/launch/prepare.h"

#include "vm-launcher/launch/network.h"

namespace vm {

void prepare(Supervisor& guest, const RunRequest& request, const std::optional<BridgePort>& port) {
  if (request.network != "none") guest.set_network(network_order(port));
  for (std::size_t index = 0; index < request.disks.size(); ++index) {
    const DiskSpec& spec = request.disks[index];
    if (!spec.mount_point.empty()) guest.mount({disk_serial(index), spec.mount_point, spec.read_only});
  }
  for (std::size_t index = 0; index < request.shares.size(); ++index) {
    const ShareSpec& spec = request.shares[index];
    guest.mount({share_tag(index), spec.mount_point, spec.read_only, true});
  }
}

}  // namespace vm
