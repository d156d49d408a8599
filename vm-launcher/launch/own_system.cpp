// See own_system.h.
#include "vm-launcher/launch/own_system.h"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "vm-launcher/launch/accelerator.h"
#include "vm-launcher/launch/launcher.h"
#include "vm-launcher/launch/network.h"
#include "vm-launcher/launch/record.h"
#include "vm-launcher/launch/vm_disks.h"

namespace vm {

namespace {

// What a distribution's system wants before it has begun to work.
constexpr unsigned kMemoryMib = 512;

Machine machine_of_disks(const RunRequest& request, const Choice& choice,
                         const std::vector<HostDisk>& disks) {
  Machine machine;
  machine.name = "vm";
  machine.profile = Profile::compat;
  machine.own_system = true;
  machine.accelerator = choice.accelerator;
  machine.host_cpu = choice.host_cpu;
  machine.memory_mib = request.memory_mib != 0 ? request.memory_mib : kMemoryMib;
  machine.cpus = request.cpus;
  for (const HostDisk& disk : disks)
    machine.disks.push_back(disk.disk);
  machine.network = request.network != "none";
  machine.ports = request.ports;
  return machine;
}

std::string timings_of(const Timeline& timeline, const Machine& machine, const Choice& choice,
                       const Ending& ending) {
  return timeline.to_json({{"start", "disk"},
                           {"accelerator", name_of(machine.accelerator)},
                           {"accelerator_why", choice.why},
                           {"profile", name_of(machine.profile)},
                           {"exit_code", std::to_string(ending.exit_code)}});
}

// Until the guest has powered off, or somebody has ended it.
Ending attend(Launcher& launcher, const Machine& machine, VmState& state, const Company& company) {
  const auto keep = [&] { launcher.folder().write(state); };
  keep();
  BootFailure failure;
  BootedVm vm = launcher.let_go(machine, failure, [&](const Boot& boot) { state.qemu = boot.qemu(); });
  if (!vm.supervisor) throw std::runtime_error(fmt::format("{}\n{}", failure.reason, failure.evidence));
  state.status = "running";
  state.start = "disk";
  state.start_why = "the system on its first disk booted, by its own loader";
  keep();
  vm.supervisor->on_status([&](const std::string& status) {
    state.status = status;
    keep();
  });
  ConsoleGuest guest(vm.boot->console());
  const std::unique_ptr<Streams> streams = company.streams(guest.listener());
  const Ending ending = vm.supervisor->attend(guest, *streams);
  launcher.leave(vm);
  return ending;
}

}  // namespace

void check_own_system(const RunRequest& request) {
  const auto refuse = [](const std::string& what, const std::string& why) {
    throw std::runtime_error(fmt::format("{}: without an image the first --disk boots, and {}", what, why));
  };
  if (!request.command.empty())
    refuse(fmt::format("\"{}\"", request.command.front()),
           "its system says what runs. Next: name an image before the command, or use --cloud-init");
  if (!request.environment.empty() || !request.directory.empty() || !request.user.empty())
    refuse("-e, -w, -u", "there is no command of yours that they could be for");
  if (!request.kernel.empty()) refuse("--kernel", "its loader finds its kernel there");
  if (request.profile.value_or(Profile::compat) != Profile::compat)
    refuse("--profile " + name_of(*request.profile),
           "only compat has a firmware and the devices that a distribution expects");
  if (request.warmth == Warmth::warm) refuse("--warm", "nobody knows when its system is ready to be saved");
  if (!request.shares.empty())
    refuse("-v " + request.shares.front().folder, "there is no guest-init in its system to mount a folder");
  if (stands_on_bridge(request))
    refuse("--network " + request.network, "there is no guest-init in its system to take the address");
  for (const DiskSpec& disk : request.disks)
    if (!disk.mount_point.empty())
      refuse("--disk ...:" + disk.mount_point, "its system mounts disks, by /etc/fstab or --cloud-init");
  if (request.disks.front().file.empty())
    refuse("--scratch", "an empty disk has no loader. Next: name an image");
}

Ending live_from_disk(const RunRequest& request, VmFolder folder, bool kept, Timeline& timeline,
                      const Company& company) {
  // As live() in run.cpp, which says why.
  sys::set_child_subreaper();
  const std::string name = folder.name();
  const std::vector<HostDisk> disks = open_disks(request, folder);
  timeline.mark(Stamp::prepared);
  auto launcher = std::make_unique<Launcher>(std::move(folder), request.connect, timeline);
  // The probe of KVM boots our kernel: that of the disk is nobody's to try.
  const GuestKernel kernel = request.accelerator == "tcg" ? GuestKernel{} : ensure_kernel(say);
  const Choice choice = choose(request.accelerator, *launcher, kernel);
  const Machine machine = machine_of_disks(request, choice, disks);
  VmState state = first_state(request, name, kept, machine, {});
  Ending ending;
  try {
    ending = attend(*launcher, machine, state, company);
  } catch (const std::exception& error) {
    record(launcher->folder(), state, {125, error.what()});
    throw;
  }
  record(launcher->folder(), state, ending);
  timeline.mark(Stamp::gone);
  write_timings(request.timings, timings_of(timeline, machine, choice, ending));
  static_cast<void>(launcher.release());
  return ending;
}

}  // namespace vm
