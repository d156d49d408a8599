// A VM whose first disk boots by itself: firmware, boot loader, kernel and system are those of the disk. There is no
// guest-init in it, so no READY, no command and no agent: a serial console is what the two sides share, and a power button.
//
// The disk is not written: the VM writes to a thin one over it (disk/overlay.h), which goes with the VM. Only ":rw" gives
// it the disk itself. Reads: docs/decisions/0034-own-system.md.
#pragma once

#include "vm-launcher/launch/run.h"

namespace vm {

// Throws std::runtime_error for what needs guest-init, or a loader that the board does not have.
void check_own_system(const RunRequest& request);

// As live() in run.h. The exit code is 0 if the guest powered off.
Ending live_from_disk(const RunRequest& request, VmFolder folder, bool kept, Timeline& timeline,
                      const Company& company);

}  // namespace vm
