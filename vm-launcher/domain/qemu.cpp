// A machine as a QEMU command line. See machine.h.
#include <fmt/format.h>

#include "vm-launcher/domain/machine.h"
#include "vm-launcher/protocol/messages.h"

namespace vm {

namespace {

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

std::string processor_of(const Machine& machine) {
  if (machine.accelerator == Accelerator::kvm && machine.host_cpu) return "host";
  return machine.cpu.empty() ? "qemu64" : machine.cpu;
}

std::vector<std::string> agent_device(const Machine& machine) {
  if (machine.profile == Profile::tiny) return {"-device", "isa-serial,chardev=agent,index=1"};
  const char* bus = machine.profile == Profile::compat ? "virtio-serial-pci" : "virtio-serial-device";
  return {"-device", bus, "-device",
          fmt::format("virtserialport,chardev=agent,name={}", protocol::kPortName)};
}

}  // namespace

std::vector<std::string> qemu_command(const Machine& machine) {
  const bool pc = machine.profile == Profile::compat;
  std::vector<std::string> command = {"qemu-system-x86_64",
                                      "-machine",
                                      pc ? "q35,usb=off" : "microvm,usb=off",
                                      "-accel",
                                      name_of(machine.accelerator),
                                      "-cpu",
                                      processor_of(machine)};
  append(command, {"-m", std::to_string(machine.memory_mib), "-smp", std::to_string(machine.cpus)});
  append(command, {"-display", "none", "-no-user-config", "-nodefaults", "-no-reboot"});
  if (machine.profile == Profile::tiny) command.emplace_back("-no-acpi");
  append(command,
         {"-kernel", machine.kernel, "-initrd", machine.initrd, "-append", kernel_command_line(machine)});
  append(command, {"-chardev", "null,id=console", "-device", "isa-serial,chardev=console,index=0"});
  append(command, {"-chardev", "stdio,id=agent"});
  append(command, agent_device(machine));
  return command;
}

}  // namespace vm
