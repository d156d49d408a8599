// The libvirt document of a machine. See machine.h.
#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "vm-launcher/domain/machine.h"
#include "vm-launcher/protocol/messages.h"

namespace vm {

namespace {

using pugi::xml_node;

xml_node add(xml_node parent, const char* name, const std::string& text) {
  xml_node node = parent.append_child(name);
  node.text().set(text.c_str());
  return node;
}

xml_node add(xml_node parent, const char* name) {
  return parent.append_child(name);
}

void set(xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(value.c_str());
}

bool is_microvm(const Machine& machine) {
  return machine.profile != Profile::compat;
}

void add_boot(xml_node domain, const Machine& machine) {
  xml_node os = add(domain, "os");
  xml_node type = add(os, "type", "hvm");
  set(type, "arch", "x86_64");
  set(type, "machine", is_microvm(machine) ? "microvm" : "q35");
  // WHY not again: the guest has its kernel in its memory, and to read 50 MB that nobody wants is half of a restore. A PC's
  // loader is a device with memory of its own, which must be there as it was.
  if (machine.beginning == Beginning::restore && is_microvm(machine)) return;
  if (machine.own_system) return;
  add(os, "kernel", machine.kernel);
  add(os, "initrd", machine.initrd);
  add(os, "cmdline", kernel_command_line(machine));
}

void add_socket(xml_node device, const std::string& path) {
  xml_node source = add(device, "source");
  set(source, "mode", "connect");
  set(source, "path", path);
}

void add_serial(xml_node devices, const std::string& path, int port) {
  xml_node serial = add(devices, "serial");
  set(serial, "type", "unix");
  add_socket(serial, path);
  xml_node target = add(serial, "target");
  set(target, "type", "isa-serial");
  set(target, "port", std::to_string(port));
  set(add(target, "model"), "name", "isa-serial");
}

void add_agent_channel(xml_node devices, const Machine& machine) {
  xml_node controller = add(devices, "controller");
  set(controller, "type", "virtio-serial");
  set(controller, "index", "0");
  if (is_microvm(machine)) set(add(controller, "address"), "type", "virtio-mmio");
  xml_node channel = add(devices, "channel");
  set(channel, "type", "unix");
  add_socket(channel, machine.agent_socket);
  xml_node target = add(channel, "target");
  set(target, "type", "virtio");
  set(target, "name", protocol::kPortName);
}

// WHY none: the guest has a page cache of its own; one of the host behind it would hold, copy and write out everything a
// second time. tmpfs and some network and stacked file systems take no O_DIRECT: there writeback. In both the guest's
// fsync(2) becomes a flush, for which QEMU calls fdatasync(2), so what the guest holds for durable is on the host's disk,
// as after an fsync of a process; "unsafe" would ignore the flush, and no figure of it would be a disk's.
// WHY report: by default QEMU stops a guest for ever when the host's disk is full. ENOSPC is the guest's to hear of.
void add_disk(xml_node devices, const Machine& machine, std::size_t index) {
  const Disk& disk = machine.disks[index];
  xml_node node = add(devices, "disk");
  set(node, "type", "file");
  set(node, "device", "disk");
  xml_node driver = add(node, "driver");
  set(driver, "name", "qemu");
  set(driver, "type", disk.format);
  set(driver, "cache", disk.direct ? "none" : "writeback");
  set(driver, "error_policy", "report");
  set(add(node, "source"), "file", disk.file);
  xml_node target = add(node, "target");
  set(target, "dev", fmt::format("vd{:c}", static_cast<char>('a' + index)));
  set(target, "bus", "virtio");
  // WHY each: libvirt has the firmware look at no disk but those with a place in its order, and a loader sees what it shows.
  if (machine.own_system) set(add(node, "boot"), "order", std::to_string(index + 1));
  if (disk.read_only) add(node, "readonly");
  add(node, "serial", disk_serial(index));
  if (is_microvm(machine)) set(add(node, "address"), "type", "virtio-mmio");
}

// WHY memory that is shared: the process that answers reads the guest's requests, and writes the files' bytes, there.
void add_shared_memory(xml_node domain) {
  xml_node memory = add(domain, "memoryBacking");
  set(add(memory, "source"), "type", "memfd");
  set(add(memory, "access"), "mode", "shared");
}

// WHY with a socket of ours: libvirt would start virtiofsd itself, but not for a folder that is to be read only.
void add_share(xml_node devices, const Machine& machine, std::size_t index) {
  xml_node node = add(devices, "filesystem");
  set(node, "type", "mount");
  set(add(node, "driver"), "type", "virtiofs");
  set(add(node, "source"), "socket", machine.shares[index].socket);
  set(add(node, "target"), "dir", share_tag(index));
  if (is_microvm(machine)) set(add(node, "address"), "type", "virtio-mmio");
}

// WHY: virtiofs has no form of before virtio 1.0, and QEMU's virtio-mmio shows itself so unless told.
void add_modern_virtio(xml_node domain) {
  xml_node line = add(domain, "qemu:commandline");
  set(add(line, "qemu:arg"), "value", "-global");
  set(add(line, "qemu:arg"), "value", "virtio-mmio.force-legacy=false");
}

// WHY not managed: the tap is a port of the bridge already, and who made it removes it.
void add_interface(xml_node devices, const Machine& machine) {
  xml_node interface = add(devices, "interface");
  set(interface, "type", "ethernet");
  set(add(interface, "mac"), "address", machine.tap->mac);
  xml_node target = add(interface, "target");
  set(target, "dev", machine.tap->link);
  set(target, "managed", "no");
  set(add(interface, "model"), "type", "virtio");
  set(add(interface, "mtu"), "size", std::to_string(machine.tap->mtu));
  if (is_microvm(machine)) set(add(interface, "address"), "type", "virtio-mmio");
}

void add_devices(xml_node domain, const Machine& machine) {
  xml_node devices = add(domain, "devices");
  xml_node usb = add(devices, "controller");
  set(usb, "type", "usb");
  set(usb, "model", "none");
  for (std::size_t index = 0; index < machine.disks.size(); ++index)
    add_disk(devices, machine, index);
  for (std::size_t index = 0; index < machine.shares.size(); ++index)
    add_share(devices, machine, index);
  if (machine.tap) add_interface(devices, machine);
  add_serial(devices, machine.console_socket, 0);
  if (machine.profile == Profile::tiny) {
    add_serial(devices, machine.agent_socket, 1);
  } else {
    add_agent_channel(devices, machine);
  }
  set(add(devices, "memballoon"), "model", "none");
}

void add_argument(xml_node command_line, const std::string& value) {
  set(add(command_line, "qemu:arg"), "value", value);
}

// WHY past libvirt: its <interface type='user'> takes no port of the host but through passt, one more process with a
// user of its own.
void add_user_network(xml_node domain, const Machine& machine) {
  xml_node line = add(domain, "qemu:commandline");
  add_argument(line, "-netdev");
  add_argument(line, netdev_option(machine.ports));
  add_argument(line, "-device");
  add_argument(
      line, is_microvm(machine) ? "virtio-net-device,netdev=net0" : "virtio-net-pci,netdev=net0,addr=0x10");
}

// WHY: with this capability libvirt asks QEMU for each of some 280 properties of the CPU by a message of its own, to
// show them in an XML that nobody reads here: 200 ms of each start. Without it, three messages.
void forgo_cpu_survey(xml_node domain) {
  set(add(add(domain, "qemu:capabilities"), "qemu:del"), "capability", "cpu-unavailable-features");
}

// WHY QEMU's own words: libvirt can lay memory into a file, but chooses its name, and a snapshot of its own holds a copy of
// the memory, to be read again at each restore. A file that is mapped privately can be that of any number of guests.
void add_snapshot(xml_node domain, const Machine& machine) {
  if (machine.beginning == Beginning::boot) return;
  xml_node line = add(domain, "qemu:commandline");
  add_argument(line, "-object");
  add_argument(
      line, fmt::format("memory-backend-file,id=snapshot,size={}M,mem-path={},share={}", machine.memory_mib,
                        machine.memory_file, machine.beginning == Beginning::restore ? "off" : "on"));
  add_argument(line, "-machine");
  add_argument(line, "memory-backend=snapshot");
  if (machine.beginning != Beginning::restore) return;
  add_argument(line, "-incoming");
  add_argument(line, "defer");
}

void add_features(xml_node domain, const Machine& machine) {
  if (machine.profile == Profile::tiny && machine.tb_cache_mib == 0) return;
  xml_node features = add(domain, "features");
  if (machine.profile != Profile::tiny) add(features, "acpi");
  if (machine.tb_cache_mib == 0) return;
  xml_node cache = add(add(features, "tcg"), "tb-cache", std::to_string(machine.tb_cache_mib));
  set(cache, "unit", "MiB");
}

void add_processor(xml_node domain, const Machine& machine) {
  if (machine.accelerator == Accelerator::kvm && machine.host_cpu) {
    set(add(domain, "cpu"), "mode", "host-passthrough");
  } else if (machine.cpu == "max") {
    // QEMU's name for all that it can do; libvirt knows it by another.
    set(add(domain, "cpu"), "mode", "maximum");
  } else if (!machine.cpu.empty()) {
    xml_node cpu = add(domain, "cpu");
    set(cpu, "mode", "custom");
    set(cpu, "match", "exact");
    set(cpu, "check", "none");
    add(cpu, "model", machine.cpu);
  }
}

}  // namespace

std::string domain_xml(const Machine& machine) {
  pugi::xml_document document;
  xml_node domain = document.append_child("domain");
  set(domain, "type", machine.accelerator == Accelerator::kvm ? "kvm" : "qemu");
  add(domain, "name", machine.name);
  xml_node memory = add(domain, "memory", std::to_string(machine.memory_mib));
  set(memory, "unit", "MiB");
  add(domain, "vcpu", std::to_string(machine.cpus));
  if (!machine.shares.empty()) add_shared_memory(domain);
  add_boot(domain, machine);
  add_features(domain, machine);
  add_processor(domain, machine);
  // guest-init leaves by rebooting; a VM that comes back is not what anybody asked for. Another system means it.
  add(domain, "on_poweroff", "destroy");
  add(domain, "on_reboot", machine.own_system ? "restart" : "destroy");
  add(domain, "on_crash", "destroy");
  add_devices(domain, machine);
  set(domain, "xmlns:qemu", "http://libvirt.org/schemas/domain/qemu/1.0");
  add_snapshot(domain, machine);
  if (!machine.shares.empty() && is_microvm(machine)) add_modern_virtio(domain);
  if (machine.network && !machine.tap) add_user_network(domain, machine);
  forgo_cpu_survey(domain);
  std::ostringstream text;
  document.save(text, "  ", pugi::format_default | pugi::format_no_declaration);
  return text.str();
}

}  // namespace vm
