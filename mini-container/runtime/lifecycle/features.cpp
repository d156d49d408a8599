// `features`: what the parts of this runtime say that they can do, each from the table it works with.
// Reads: OCI runtime-spec features.md.
#include "mini-container/runtime/spec/features.h"

#include "mini-container/runtime/lifecycle/commands.h"

namespace lifecycle {

std::string features() {
  spec::Features features;
  const int last = security::available_capabilities().last;
  for (int bit = 0; bit <= last; ++bit)
    features.capabilities.push_back(security::capability_names(security::CapabilityMask{1} << bit));
  features.seccomp = security::seccomp_names();
  return spec::features_json(features);
}

std::string seccomp_library_version() {
  return security::seccomp_library_version();
}

}  // namespace lifecycle
