// The guardian of one process of `exec` whose user may leave it by the detach keys, or has left it alone from the start (-d).
#pragma once

#include "mini-container/engine/monitor/protocol.h"

namespace engine {

// Until the process ends; then this program is `mini-container exec-ended`. Returns only if there was nothing to guard.
int guard_exec(const ExecGuardOptions& options);

}  // namespace engine
