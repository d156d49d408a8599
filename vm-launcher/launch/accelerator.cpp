// See accelerator.h.
#include "vm-launcher/launch/accelerator.h"

#include <fmt/format.h>

#include <stdexcept>

#include "vm-launcher/launch/run.h"

namespace vm {

Choice choose(const std::string& wish, Launcher& launcher, const GuestKernel& kernel) {
  if (wish == "tcg") return {Accelerator::tcg, "asked for"};
  const trace::Phase phase("choose the accelerator",
                           "a device node proves nothing; only a boot to READY does");
  const KvmVerdict verdict = kvm_verdict(launcher, kernel);
  if (verdict.usable) return {Accelerator::kvm, verdict.reason, verdict.host_cpu};
  if (wish == "kvm") {
    throw std::runtime_error(
        fmt::format("--accel kvm: KVM cannot run the guest here: {}\n{}", verdict.reason, verdict.evidence));
  }
  say(fmt::format(
      "KVM cannot run the guest here ({}); using emulation (TCG): a slower CPU, and its timings are "
      "emulation's. Details: vm-launcher doctor",
      verdict.reason));
  return {Accelerator::tcg, verdict.reason};
}

}  // namespace vm
