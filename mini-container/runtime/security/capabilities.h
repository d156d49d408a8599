// Capabilities: root's power in units that are given and taken one by one. A container's "root" keeps the few
// that the document lists. Reads: capabilities(7), libcap(3), prctl(2), OCI runtime-spec config.md (process).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mini-container/runtime/spec/config.h"

namespace security {

// Bit N is capability N of linux/capability.h.
using CapabilityMask = std::uint64_t;

struct CapabilityPlan {
  CapabilityMask bounding = 0, permitted = 0, effective = 0, inheritable = 0, ambient = 0;
  int last = 0;  // the highest capability of this kernel
  // SPEC: what cannot be granted is a warning, not a failure. "CAP_FOO: unknown to this kernel" ...
  std::vector<std::string> warnings;
};

// What the calling process has to give: its permitted and bounding sets, and the kernel's highest capability.
struct AvailableCapabilities {
  CapabilityMask permitted = 0, bounding = 0;
  int last = 0;
};
AvailableCapabilities available_capabilities();

// Pure. In a new user namespace the first process has every capability: pass all_capabilities(last) then.
CapabilityPlan plan_capabilities(const spec::Capabilities& wanted, const AvailableCapabilities& available);
AvailableCapabilities all_capabilities(int last);

// In the child, in this order:
//     security::limit_bounding(plan);        // ORDER: needs CAP_SETPCAP, which the rest may take away
//     sys::set_keep_capabilities(true);      // ... setgroups, setresgid, setresuid ...
//     security::apply_capabilities(plan);    // clears keep again, sets the three sets, raises ambient
void limit_bounding(const CapabilityPlan& plan);
void apply_capabilities(const CapabilityPlan& plan);

// "CAP_CHOWN CAP_KILL", for people and traces.
std::string capability_names(CapabilityMask mask);
// For a person: the five sets, a line each.
std::string describe(const CapabilityPlan& plan);

}  // namespace security
