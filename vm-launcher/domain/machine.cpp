// See machine.h.
#include "vm-launcher/domain/machine.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace vm {

std::string name_of(Profile profile) {
  switch (profile) {
    case Profile::tiny:
      return "tiny";
    case Profile::devices:
      return "devices";
    case Profile::compat:
      return "compat";
  }
  return "";
}

std::string name_of(Accelerator accelerator) {
  return accelerator == Accelerator::kvm ? "kvm" : "tcg";
}

std::optional<Profile> profile_named(const std::string& name) {
  for (const Profile profile : {Profile::tiny, Profile::devices, Profile::compat})
    if (name == name_of(profile)) return profile;
  return std::nullopt;
}

std::string disk_serial(std::size_t index) {
  return fmt::format("disk{}", index);
}

bool has_disks(Profile profile) {
  return profile != Profile::tiny;
}

std::vector<std::string> modules_for(Profile profile, bool with_disks) {
  if (profile == Profile::tiny) return {};
  std::vector<std::string> modules = {profile == Profile::compat ? "virtio_pci" : "virtio_mmio",
                                      "virtio_console"};
  // ORDER: the checksum before ext4, which asks the kernel's crypto for it by name and does not "depend" on it.
  if (with_disks) modules.insert(modules.end(), {"virtio_blk", "crc32c_generic", "ext4"});
  return modules;
}

std::string kernel_command_line(const Machine& machine) {
  // reboot=t: leaves by a triple fault, the quickest way out. panic=-1: a dead guest ends instead of hanging.
  std::string line = "console=ttyS0 quiet reboot=t panic=-1 rdinit=/.isolab/init";
  // Each costs boot time and serves no one here: self-tests of ciphers, patching of locks for one CPU, security
  // modules without a policy, the audit log, a second address family.
  line += " cryptomgr.notests noreplace-smp lsm= audit=0 ipv6.disable=1";
  line += machine.profile == Profile::tiny ? " isolab.port=ttyS1" : " isolab.port=virtio";
  // WHY: a stock kernel on microvm with ACPI hangs at random while it calibrates its clock (1 to 21 boots of 40); told
  // the frequency, it never did.
  if (machine.profile == Profile::devices && machine.host_khz != 0) {
    line += fmt::format(" tsc_early_khz={} tsc=reliable", machine.host_khz);
  }
  return line;
}

unsigned long host_khz_from(const std::string& cpuinfo) {
  static const std::string kKey = "cpu MHz";
  const std::size_t start = cpuinfo.find(kKey);
  const std::size_t colon = start == std::string::npos ? start : cpuinfo.find(':', start);
  if (colon == std::string::npos) return 0;
  const double mhz = std::strtod(cpuinfo.c_str() + colon + 1, nullptr);
  return mhz > 0 && mhz < 100000 ? static_cast<unsigned long>(std::lround(mhz * 1000)) : 0;
}

}  // namespace vm
