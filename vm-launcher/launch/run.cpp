// See run.h.
#include "vm-launcher/launch/run.h"

#include <fmt/format.h>

#include <memory>
#include <random>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/process.h"
#include "base/sys/terminal.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/kernel/modules.h"
#include "vm-launcher/launch/accelerator.h"
#include "vm-launcher/launch/launcher.h"
#include "vm-launcher/launch/network.h"
#include "vm-launcher/launch/own_system.h"
#include "vm-launcher/launch/prepare.h"
#include "vm-launcher/launch/record.h"
#include "vm-launcher/launch/vm_disks.h"
#include "vm-launcher/launch/warm.h"
#include "vm-launcher/share/server.h"

namespace vm {

namespace {

constexpr unsigned kLeastMemoryMib = 256;

unsigned memory_for(const RunRequest& request, const std::string& initrd) {
  if (request.memory_mib != 0) return request.memory_mib;
  // The archive, its unpacked copy, and room to work.
  const auto mib = static_cast<unsigned>(sys::stat(initrd).st_size >> 20);
  return std::max(kLeastMemoryMib, 128 + 3 * mib);
}

Profile profile_for(const RunRequest& request) {
  const bool needs_virtio = !request.disks.empty() || !request.shares.empty() || request.network != "none";
  if (!needs_virtio) return request.profile.value_or(Profile::tiny);
  const Profile profile = request.profile.value_or(Profile::devices);
  if (!has_virtio(profile)) {
    throw std::runtime_error(
        fmt::format("--profile {} has no virtio, so the guest would see no {}. Next: leave --profile out, "
                    "or take devices or compat",
                    name_of(profile),
                    !request.disks.empty()    ? "disk"
                    : !request.shares.empty() ? "shared folder"
                                              : "network"));
  }
  return profile;
}

GuestKernel kernel_for(const RunRequest& request) {
  const trace::Phase phase("guest kernel", "Debian's, uncompressed, so that QEMU enters it without firmware");
  if (request.kernel.empty()) return ensure_kernel(say);
  return user_kernel(request.kernel,
                     fmt::format("{}/given-{}", cache_directory(), file_stamp(request.kernel)));
}

Initramfs initramfs_for(const RunRequest& request, Profile profile, const GuestKernel& kernel) {
  const trace::Phase phase("initramfs",
                           "the image's files and guest-init, as the kernel unpacks them into memory");
  return ensure_initramfs(request.source, kernel,
                          in_load_order(kernel.module_directory,
                                        modules_for(profile, !request.disks.empty(),
                                                    request.network != "none", !request.shares.empty())));
}

Machine machine_for(const RunRequest& request, Profile profile, const Choice& choice,
                    const GuestKernel& kernel, const std::string& initrd,
                    const std::vector<HostDisk>& disks) {
  Machine machine;
  machine.name = "vm";
  machine.profile = profile;
  machine.accelerator = choice.accelerator;
  machine.host_cpu = choice.host_cpu;
  machine.memory_mib = memory_for(request, initrd);
  machine.cpus = request.cpus;
  machine.kernel = kernel.vmlinux;
  machine.initrd = initrd;
  for (const HostDisk& disk : disks)
    machine.disks.push_back(disk.disk);
  machine.network = request.network != "none";
  machine.ports = request.ports;
  machine.host_khz = host_khz_from(sys::read_file("/proc/cpuinfo"));
  return machine;
}

// Brings the VM to READY, and keeps state.json true while it does.
Began begin(Launcher& launcher, const Machine& machine, VmState& state, const RunRequest& request,
            Timeline& timeline) {
  launcher.folder().write(state);
  const auto started = [&](const Boot& boot) {
    state.qemu = boot.qemu();
    launcher.folder().write(state);
  };
  const std::string why_not =
      why_cold(machine, request.warmth, request.source.image.empty(), request.connect.empty());
  Began began = restore_or_boot(machine, request.warmth, why_not,
                                {launcher, std::chrono::seconds(request.timeout_s), started, say}, timeline);
  state.status = "running";
  state.start = began.warm ? "warm" : "cold";
  state.start_why = began.why;
  launcher.folder().write(state);
  return began;
}

Ending converse(BootedVm& vm, const protocol::Command& command, const RunRequest& request,
                const std::optional<BridgePort>& port, const Company& company) {
  const trace::Phase phase("run the command", "its streams and exit code come back in frames");
  prepare(*vm.supervisor, request, port);
  const std::unique_ptr<Streams> streams = company.streams(vm.supervisor->send_on_main());
  return vm.supervisor->converse(command, *streams);
}

std::vector<std::pair<std::string, std::string>> facts_of(const Began& began, const Machine& machine,
                                                          const Choice& choice, const Ending& ending) {
  const BootedVm& vm = began.vm;
  return {{"start", began.warm ? "warm" : "cold"},
          {"start_why", began.why},
          {"accelerator", name_of(machine.accelerator)},
          {"accelerator_why", choice.why},
          {"profile", name_of(machine.profile)},
          {"attempts", std::to_string(vm.attempts)},
          {"guest_kernel", vm.supervisor->greeting().kernel},
          {"guest_ready_uptime_ms", std::to_string(vm.supervisor->greeting().uptime_ms)},
          {"exit_code", std::to_string(ending.exit_code)}};
}

Ending begin_and_converse(Launcher& launcher, const Machine& machine, VmState& state, const Choice& choice,
                          const protocol::Command& command, const RunRequest& request, Timeline& timeline,
                          const Company& company) {
  Began began = begin(launcher, machine, state, request, timeline);
  BootedVm& vm = began.vm;
  vm.supervisor->on_status([&](const std::string& status) {
    state.status = status;
    launcher.folder().write(state);
  });
  const Ending ending = converse(vm, command, request, launcher.folder().port(), company);
  const auto facts = facts_of(began, machine, choice, ending);
  {
    const trace::Phase phase(
        "end the VM", "all it had was in memory, or on disks that are unmounted; nothing of it may stay");
    launcher.leave(vm);
  }
  timeline.mark(Stamp::gone);
  write_timings(request.timings, timeline.to_json(facts));
  return ending;
}

}  // namespace

void say(const std::string& text) {
  sys::write_all(2, "vm-launcher: " + text + (text.ends_with('\n') ? "" : "\n"));
}

Machine machine_of(const RunRequest& request, Launcher& launcher) {
  const Profile profile = profile_for(request);
  const GuestKernel kernel = kernel_for(request);
  const Initramfs initramfs = initramfs_for(request, profile, kernel);
  return machine_for(request, profile, choose(request.accelerator, launcher, kernel), kernel, initramfs.path,
                     {});
}

std::string generated_name() {
  return fmt::format("vm-{:06x}", std::random_device()() & 0xffffffU);
}

Ending live(const RunRequest& request, VmFolder folder, bool kept, Timeline& timeline,
            const Company& company) {
  if (request.own_system()) return live_from_disk(request, std::move(folder), kept, timeline, company);
  // QEMU daemonizes and becomes an orphan: adopted, it can be waited for exactly.
  sys::set_child_subreaper();
  const std::string name = folder.name();
  const Profile profile = profile_for(request);
  const std::vector<HostDisk> disks = open_disks(request, folder);
  const std::vector<Share> shares = host_shares(request.shares);
  const GuestKernel kernel = kernel_for(request);
  const Initramfs initramfs = initramfs_for(request, profile, kernel);
  protocol::Command command = command_for(request, initramfs.config, name);
  if (request.tty) command.terminal = sys::isatty(1) ? terminal_size(1) : protocol::WindowSize{24, 80};
  if (stands_on_bridge(request)) folder.plug(request.network, published_by(request.ports));
  timeline.mark(Stamp::prepared);

  auto launcher = std::make_unique<Launcher>(std::move(folder), request.connect, timeline);
  sys::replace_file(launcher->folder().file(kCommandFile), protocol::encode(command), 0600);
  const Choice choice = choose(request.accelerator, *launcher, kernel);
  Machine machine = machine_for(request, profile, choice, kernel, initramfs.path, disks);
  machine.shares = shares;
  VmState state = first_state(request, name, kept, machine, command.arguments);
  stand_on(launcher->folder().port(), machine, state);
  Ending ending;
  try {
    ending = begin_and_converse(*launcher, machine, state, choice, command, request, timeline, company);
  } catch (const std::exception& error) {
    record(launcher->folder(), state, {125, error.what()});
    throw;
  }
  record(launcher->folder(), state, ending);
  // WHY not destroyed: the embedded libvirt ends with this process anyway, and closing it in order waits up to 200 ms
  // for a thread that looks after the QEMU that has just been reaped. On every other way out it is closed in order.
  static_cast<void>(launcher.release());
  return ending;
}

int run(const RunRequest& request, Timeline& timeline) {
  known_vms(run_directory());
  VmFolder folder(run_directory(), request.name.empty() ? generated_name() : request.name);
  // Keys go to the command one by one, Ctrl-C too, if it has a terminal to understand them.
  const bool raw_input = request.interactive && request.tty;
  std::optional<sys::RawMode> raw;
  const Ending ending =
      live(request, std::move(folder), false, timeline, {[&](SendFrame send) {
             if (raw_input) raw.emplace(0);
             return std::make_unique<UserStreams>(request.interactive ? 0 : -1, 1, 2, std::move(send));
           }});
  raw.reset();
  if (!ending.trouble.empty()) say(ending.trouble);
  return ending.exit_code;
}

}  // namespace vm
