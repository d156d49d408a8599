// JSON text to the values of config.h. Strict about types, silent about members it does not know, as the
// specification asks; what it knows and cannot do is refused. Reads: OCI runtime-spec config.md (extensibility).
#pragma once

#include <string_view>

#include "mini-container/runtime/spec/config.h"
#include "mini-container/runtime/spec/invalid.h"

namespace spec {

// config.json. Throws Invalid ("linux.resources.cpu.shares: expected an unsigned integer, got "many"").
Config parse_config(std::string_view text);
// The file of `exec --process`.
Process parse_process(std::string_view text);
// The file of `update --resources`.
Resources parse_resources(std::string_view text);

}  // namespace spec
