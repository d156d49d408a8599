// Several transfers at once, each worker with a connection of its own.
#pragma once

#include <functional>

#include "mini-container/registry/http.h"

namespace registry {

// `act` for 0 ... count - 1, three at a time. Throws the first failure, after the others have ended what they were at.
// WHY one at a time while somebody traces: a story of several threads at once is none.
void side_by_side(std::size_t count, const std::function<void(std::size_t, Connection&)>& act);

}  // namespace registry
