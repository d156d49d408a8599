// Restart policies: whether, and how soon, a container that has ended runs again. Pure.
// Reads: docs.docker.com, "Start containers automatically".
#pragma once

#include <chrono>

#include "mini-container/engine/container.h"

namespace engine {

// Whether `container`, which has just ended with `code`, is to be started again.
bool wants_restart(const Container& container, int code);

// How long to wait first: 100 ms, and twice as long each time, up to a minute.
std::chrono::milliseconds restart_delay(int restarts);

// A container that ran for ten seconds begins anew with the first delay.
bool ran_well(std::int64_t started, std::int64_t ended);

}  // namespace engine
