// `update`: some members of linux.resources change, all others stay. Single flags become a document too, so that
// there is one way to check, and one way to name what is wrong. Reads: OCI runtime-spec config-linux.md, RFC 7396.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mini-container/runtime/spec/config.h"

namespace spec {

// One flag: {"memory.limit", "64m"}.
struct ResourceFlag {
  std::string member;  // of linux.resources
  std::string value;
};
// {"memory":{"limit":67108864}}: numbers as numbers, with k, m, g and t for bytes; all else as text.
std::string resources_document(const std::vector<ResourceFlag>& flags);

struct UpdatedConfig {
  std::string text;  // config.json with the changes, for later commands
  Config config;
  std::vector<std::string> sections;  // of linux.resources that were asked for: "cpu", "memory"
};
// SPEC of the update document: what is absent, null, or a zero where zero asks for nothing, stays as it is.
// Throws Invalid; the result is validated.
UpdatedConfig with_resources(std::string_view config, std::string_view resources);

}  // namespace spec
