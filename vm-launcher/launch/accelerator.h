// The accelerator of one VM: KVM if a boot has proved it here, else emulation, which is said aloud.
// Reads: docs/decisions/0012-verified-kvm.md.
#pragma once

#include <string>

#include "vm-launcher/launch/kvm.h"

namespace vm {

struct Choice {
  Accelerator accelerator = Accelerator::tcg;
  std::string why;
  bool host_cpu = true;
};

// `wish` is "auto", "kvm" or "tcg"; "kvm" where it cannot be is a std::runtime_error with the evidence.
Choice choose(const std::string& wish, Launcher& launcher, const GuestKernel& kernel);

}  // namespace vm
