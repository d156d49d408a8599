// Devices of the document for a container with a user namespace, in which mknod(2) is refused: the runtime makes them
// outside and lends them as mounts. Reads: mknod(2), user_namespaces(7), OCI runtime-spec config-linux.md (devices).
#pragma once

#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "mini-container/runtime/rootfs/plan.h"

namespace rootfs {

// One for each of Plan::devices, detached, for build(): empty where the host's own device of that path is bound.
using LentDevices = std::vector<sys::UniqueFd>;

// ORDER: in the runtime, before the clone. They are made in `folder`, which
// goes with the record of the container.
LentDevices lend_devices(const Plan& plan, const std::string& folder);

}  // namespace rootfs
