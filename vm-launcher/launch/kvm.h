// Whether KVM can run the guest kernel here. A device node proves nothing: on some hosts every ioctl of /dev/kvm works
// and a stock kernel still dies or hangs while libvirt reports it running. So the verdict comes from a real boot to
// READY under a deadline, and is kept for this boot of the host, this kernel and this QEMU. Reads: kvm(4),
// docs/decisions/0012-verified-kvm.md.
#pragma once

#include <optional>
#include <string>

#include "vm-launcher/initramfs/image.h"
#include "vm-launcher/launch/launcher.h"

namespace vm {

struct KvmVerdict {
  bool usable = false;
  bool host_cpu = true;  // the guest may have the host's processor as it is
  std::string reason;    // one line: why not, or how long the proof took
  std::string evidence;  // what QEMU and the console said
  bool cached = false;
};

// Answers that need no boot: no device node, no permission. nullopt when only a boot can tell.
std::optional<KvmVerdict> kvm_ruled_out();

// The verdict of an earlier probe, if it still holds.
std::optional<KvmVerdict> cached_kvm_verdict(const GuestKernel& kernel);

// Boots the guest kernel with guest-init alone under KVM and keeps the verdict.
KvmVerdict probe_kvm(Launcher& launcher, const GuestKernel& kernel);

// ruled out, cached, or probed.
KvmVerdict kvm_verdict(Launcher& launcher, const GuestKernel& kernel);

}  // namespace vm
