// A virtual machine as values, before anything is started: which board, which kernel command line, which libvirt
// document. Pure: no privilege, no calls; `--explain` and the unit tests print the same.
//
// Three boards. tiny: QEMU's microvm without ACPI, the least a kernel can boot on; it finds no virtio device, so
// the agent speaks on the second serial port. devices: microvm with ACPI and virtio-mmio. compat: q35 with PCI, the
// board that any distribution expects. Reads: qemu's microvm.rst, libvirt formatdomain, kernel-parameters.rst.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vm-launcher/domain/network.h"

namespace vm {

enum class Profile { tiny, devices, compat };
enum class Accelerator { kvm, tcg };

std::string name_of(Profile profile);
std::string name_of(Accelerator accelerator);
std::optional<Profile> profile_named(const std::string& name);

// A file of the host that the guest has as a virtio block device.
struct Disk {
  std::string file;
  std::string format;  // "raw" or "qcow2", in libvirt's words
  bool read_only = false;
  bool direct = true;  // the file's file system takes O_DIRECT
};
// A folder of the host that the guest mounts: virtiofs, file system calls that a process of the host answers.
struct Share {
  std::string folder;
  bool read_only = false;
  std::string socket = {};  // where QEMU reaches that process
};
// What the guest knows the share at `index` of a machine by: the "tag" that it mounts.
std::string share_tag(std::size_t index);
// What the guest knows the disk at `index` of a machine by: the "serial" of its block device in sysfs. The kernel's own
// letters (vda, vdb) follow the order in which it met them.
std::string disk_serial(std::size_t index);

// A guest begins with its kernel's first instruction, or goes on from a snapshot.
enum class Beginning {
  boot,
  boot_to_save,  // boots with its memory in a file, which then is half of a snapshot
  restore,       // maps that file privately: its own writes are copied, and the file stays as it is
};

struct Machine {
  std::string name;
  Profile profile = Profile::tiny;
  Accelerator accelerator = Accelerator::tcg;
  bool host_cpu = true;  // under KVM: the host's processor as it is; else QEMU's plain one
  unsigned memory_mib = 256;
  unsigned cpus = 1;
  bool own_system = false;  // what the first disk holds boots, by the board's firmware and its own loader
  std::string kernel;       // of any other machine
  std::string initrd;
  std::string console_socket;  // QEMU connects to both: not a byte of the boot is lost
  std::string agent_socket;
  std::vector<Disk> disks;
  std::vector<Share> shares;
  bool network = false;  // QEMU's own, with `ports` of the host leading in
  std::vector<PortForward> ports;
  std::optional<Tap> tap;            // unless its network is this
  unsigned long host_khz = 0;        // the host's time stamp counter; 0 when unknown
  std::vector<std::string> without;  // words of the kernel command line to leave out, by name
  std::vector<std::string> with;     // and to add, whole
  unsigned tb_cache_mib = 0;         // under emulation: room for translated code; 0 for QEMU's own choice
  std::string cpu;  // under emulation: QEMU's name of a processor; empty for QEMU's plain one
  Beginning beginning = Beginning::boot;
  std::string memory_file;  // of the snapshot; empty for a plain boot
  std::string state_file;   // of the snapshot: CPU and devices; what a restore reads
};

// False for tiny, whose kernel finds no virtio device: it has no disks, no shares and no network.
bool has_virtio(Profile profile);

// Kernel modules that the guest loads before READY, by name; dependencies come along.
std::vector<std::string> modules_for(Profile profile, bool with_disks, bool with_network = false,
                                     bool with_shares = false);

std::string kernel_command_line(const Machine& machine);
// Names of the words in it that a kernel boots without: those that may stand in `without`.
std::vector<std::string> optional_words(const Machine& machine);

// The document for virDomainCreateXML.
std::string domain_xml(const Machine& machine);

// The same machine, without disks, as a command that a person could type: QEMU alone, the agent's line on its standard
// streams. What nobody but QEMU charges; the measure for what libvirt and this program add.
std::vector<std::string> qemu_command(const Machine& machine);

// kHz from the text of /proc/cpuinfo; 0 if it does not say.
unsigned long host_khz_from(const std::string& cpuinfo);

}  // namespace vm
