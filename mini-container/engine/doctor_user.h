// What an ordinary user's engine has to do with on this host; doctor.h has what it shares with root's.
#pragma once

#include <vector>

#include "mini-container/engine/doctor.h"

namespace engine {

// Who this is: the host's root, root of a user namespace, or neither. With a namespace: how many ids it has, what connects
// its containers, and whether it may make control groups.
std::vector<Check> examine_user();

}  // namespace engine
