// See machine.h.
#include "vm-launcher/domain/machine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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

bool has_virtio(Profile profile) {
  return profile != Profile::tiny;
}

std::string share_tag(std::size_t index) {
  return fmt::format("share{}", index);
}

std::vector<std::string> modules_for(Profile profile, bool with_disks, bool with_network, bool with_shares) {
  if (profile == Profile::tiny) return {};
  std::vector<std::string> modules = {profile == Profile::compat ? "virtio_pci" : "virtio_mmio",
                                      "virtio_console"};
  // ORDER: the checksum before ext4, which asks the kernel's crypto for it by name and does not "depend" on it.
  if (with_disks) modules.insert(modules.end(), {"virtio_blk", "crc32c_generic", "ext4"});
  if (with_network) modules.emplace_back("virtio_net");
  if (with_shares) modules.emplace_back("virtiofs");
  return modules;
}

namespace {

std::string name_in(const std::string& word) {
  return word.substr(0, word.find('='));
}

std::vector<std::string> needed_words(const Machine& machine) {
  // reboot=t: leaves by a triple fault, the quickest way out. panic=-1: a dead guest ends instead of hanging.
  return {"console=ttyS0", "reboot=t", "panic=-1", "rdinit=/.isolab/init",
          machine.profile == Profile::tiny ? "isolab.port=ttyS1" : "isolab.port=virtio"};
}

// Each costs boot time and serves no one here: messages on a serial line, self-tests of ciphers, patching of locks for
// one CPU, security modules without a policy, the audit log, a second address family. `vm-launcher boot --without NAME`
// measures what each is worth.
std::vector<std::string> saving_words(const Machine& machine) {
  std::vector<std::string> words = {"quiet", "cryptomgr.notests", "noreplace-smp",
                                    "lsm=",  "audit=0",           "ipv6.disable=1"};
  // WHY: a stock kernel on microvm with ACPI hangs at random while it calibrates its clock (1 to 21 boots of 40); told
  // the frequency, it never did.
  if (machine.profile == Profile::devices && machine.host_khz != 0) {
    words.push_back(fmt::format("tsc_early_khz={}", machine.host_khz));
    words.emplace_back("tsc=reliable");
  }
  return words;
}

}  // namespace

std::vector<std::string> optional_words(const Machine& machine) {
  std::vector<std::string> names;
  for (const std::string& word : saving_words(machine))
    names.push_back(name_in(word));
  return names;
}

std::string kernel_command_line(const Machine& machine) {
  std::vector<std::string> words = needed_words(machine);
  for (std::string& word : saving_words(machine)) {
    const auto& left_out = machine.without;
    if (std::find(left_out.begin(), left_out.end(), name_in(word)) == left_out.end())
      words.push_back(std::move(word));
  }
  words.insert(words.end(), machine.with.begin(), machine.with.end());
  return fmt::format("{}", fmt::join(words, " "));
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
