// What `info` shows: the engine, and the host as a container would find it. Members are named as in Docker's API.
// Reads: os-release(5), proc(5) (meminfo), uname(2).
#pragma once

#include <string>

#include "mini-container/engine/engine.h"

namespace engine {

// A JSON object.
std::string info_json(Engine& engine);

}  // namespace engine
