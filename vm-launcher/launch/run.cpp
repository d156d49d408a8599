// See run.h.
#include "vm-launcher/launch/run.h"

#include <fmt/format.h>

#include <charconv>
#include <ctime>
#include <memory>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "base/sys/process.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/disk/host_disk.h"
#include "vm-launcher/kernel/modules.h"
#include "vm-launcher/launch/kvm.h"
#include "vm-launcher/launch/warm.h"

namespace vm {

namespace {

constexpr unsigned kLeastMemoryMib = 256;

struct Choice {
  Accelerator accelerator = Accelerator::tcg;
  std::string why;
  bool host_cpu = true;
};

// kvm only when it is proved; otherwise emulation, said aloud, or a refusal with the evidence.
Choice choose(const RunRequest& request, Launcher& launcher, const GuestKernel& kernel) {
  if (request.accelerator == "tcg") return {Accelerator::tcg, "asked for"};
  const trace::Phase phase("choose the accelerator",
                           "a device node proves nothing; only a boot to READY does");
  const KvmVerdict verdict = kvm_verdict(launcher, kernel);
  if (verdict.usable) return {Accelerator::kvm, verdict.reason, verdict.host_cpu};
  if (request.accelerator == "kvm") {
    throw std::runtime_error(
        fmt::format("--accel kvm: KVM cannot run the guest here: {}\n{}", verdict.reason, verdict.evidence));
  }
  say(fmt::format(
      "KVM cannot run the guest here ({}); using emulation (TCG): a slower CPU, and its timings are "
      "emulation's. Details: vm-launcher doctor",
      verdict.reason));
  return {Accelerator::tcg, verdict.reason};
}

unsigned memory_for(const RunRequest& request, const std::string& initrd) {
  if (request.memory_mib != 0) return request.memory_mib;
  // The archive, its unpacked copy, and room to work.
  const auto mib = static_cast<unsigned>(sys::stat(initrd).st_size >> 20);
  return std::max(kLeastMemoryMib, 128 + 3 * mib);
}

bool names(const std::vector<std::string>& environment, const std::string& variable) {
  for (const std::string& entry : environment)
    if (entry.starts_with(variable + "=")) return true;
  return false;
}

// Docker's rules: the user's command replaces the image's Cmd, not its Entrypoint; -e replaces the image's Env.
protocol::Command command_for(const RunRequest& request, const ImageConfig& image, const std::string& name) {
  protocol::Command command;
  command.arguments = image.entrypoint;
  const auto& rest = request.command.empty() ? image.command : request.command;
  command.arguments.insert(command.arguments.end(), rest.begin(), rest.end());
  if (command.arguments.empty()) throw std::runtime_error("no command given, and the image names none");
  for (const std::string& entry : request.environment)
    command.environment.push_back(entry.find('=') == std::string::npos ? entry + "=" : entry);
  for (const std::string& entry : image.environment)
    if (!names(command.environment, entry.substr(0, entry.find('=')))) command.environment.push_back(entry);
  const std::pair<const char*, std::string> defaults[] = {
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"HOME", "/root"},
      {"HOSTNAME", name}};
  for (const auto& [variable, value] : defaults)
    if (!names(command.environment, variable))
      command.environment.push_back(fmt::format("{}={}", variable, value));
  command.directory = request.directory.empty() ? image.working_directory : request.directory;
  command.user = request.user.empty() ? image.user : request.user;
  command.hostname = name;
  return command;
}

void write_timings(const std::string& where, const std::string& json) {
  if (where.empty()) return;
  if (!where.starts_with("fd:")) return sys::write_file_atomically(where, json);
  int fd = -1;
  std::from_chars(where.data() + 3, where.data() + where.size(), fd);
  sys::write_all(fd, json);
}

Profile profile_for(const RunRequest& request) {
  if (request.disks.empty()) return request.profile.value_or(Profile::tiny);
  const Profile profile = request.profile.value_or(Profile::devices);
  if (!has_disks(profile)) {
    throw std::runtime_error(
        fmt::format("--profile {} has no virtio, so the guest would see no disk. Next: leave --profile out, "
                    "or take devices or compat",
                    name_of(profile)));
  }
  return profile;
}

std::vector<HostDisk> open_disks(const std::vector<DiskSpec>& specs) {
  std::vector<HostDisk> disks;
  if (specs.empty()) return disks;
  check_together(specs);
  const trace::Phase phase("disks", "files of the host become block devices of the guest");
  for (const DiskSpec& spec : specs)
    disks.push_back(open_disk(spec));
  return disks;
}

void order_mounts(Supervisor& guest, const std::vector<DiskSpec>& specs) {
  for (std::size_t index = 0; index < specs.size(); ++index) {
    const DiskSpec& spec = specs[index];
    if (!spec.mount_point.empty()) guest.mount({disk_serial(index), spec.mount_point, spec.read_only});
  }
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
  return ensure_initramfs(
      request.source, kernel,
      in_load_order(kernel.module_directory, modules_for(profile, !request.disks.empty())));
}

VmState first_state(const RunRequest& request, const std::string& name, const Machine& machine,
                    const std::vector<std::string>& command) {
  VmState state;
  state.name = name;
  state.status = "booting";
  state.image = request.source.image;
  state.command = command;
  state.profile = name_of(machine.profile);
  state.accelerator = name_of(machine.accelerator);
  state.created = std::time(nullptr);
  state.launcher = name_process(sys::getpid()).value_or(ProcessName{});
  return state;
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
  machine.host_khz = host_khz_from(sys::read_file("/proc/cpuinfo"));
  return machine;
}

// How a VM began, for the report.
struct Began {
  BootedVm vm;
  bool warm = false;
  std::string why;
};

// From a snapshot, or by a boot if there is a reason for one.
Began restore_or_boot(const RunRequest& request, const Machine& machine, const Beginner& with,
                      Timeline& timeline) {
  const bool from_file = request.source.image.empty();
  std::string why = why_cold(machine, request.warmth, from_file, request.connect.empty());
  if (!why.empty() && request.warmth == Warmth::warm)
    throw std::runtime_error(fmt::format("--warm: this VM cannot start from a snapshot: {}", why));
  try {
    if (why.empty()) return {restore(machine, with, timeline), true, "restored"};
  } catch (const Cancelled&) {
    throw;
  } catch (const std::runtime_error& error) {
    if (request.warmth == Warmth::warm) throw;
    why = error.what();
    with.say(fmt::format("{}booting instead", why));
  }
  return {with.launcher.boot(machine, with.deadline, with.started, with.say), false, why};
}

// Brings the VM to READY, and keeps state.json true while it does.
Began begin(Launcher& launcher, const Machine& machine, VmState state, const RunRequest& request,
            Timeline& timeline) {
  launcher.folder().write(state);
  const auto started = [&](const Boot& boot) {
    state.qemu = boot.qemu();
    launcher.folder().write(state);
  };
  Began began = restore_or_boot(request, machine,
                                {launcher, std::chrono::seconds(request.timeout_s), started, say}, timeline);
  state.status = "running";
  launcher.folder().write(state);
  return began;
}

Ending converse(BootedVm& vm, const protocol::Command& command, const RunRequest& request) {
  const trace::Phase phase("run the command", "its streams and exit code come back in frames");
  order_mounts(*vm.supervisor, request.disks);
  return vm.supervisor->converse(command, request.interactive ? 0 : -1);
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

}  // namespace

void say(const std::string& text) {
  sys::write_all(2, "vm-launcher: " + text + (text.ends_with('\n') ? "" : "\n"));
}

Machine machine_of(const RunRequest& request, Launcher& launcher) {
  const Profile profile = profile_for(request);
  const GuestKernel kernel = kernel_for(request);
  const Initramfs initramfs = initramfs_for(request, profile, kernel);
  return machine_for(request, profile, choose(request, launcher, kernel), kernel, initramfs.path, {});
}

int run(const RunRequest& request, Timeline& timeline) {
  const std::string name = request.name.empty() ? fmt::format("vm-{}", sys::getpid()) : request.name;
  // QEMU daemonizes and becomes an orphan: adopted, it can be waited for exactly.
  sys::set_child_subreaper();
  running_vms(run_directory());
  const Profile profile = profile_for(request);
  const std::vector<HostDisk> disks = open_disks(request.disks);
  const GuestKernel kernel = kernel_for(request);
  const Initramfs initramfs = initramfs_for(request, profile, kernel);
  const protocol::Command command = command_for(request, initramfs.config, name);
  timeline.mark(Stamp::prepared);

  auto launcher = std::make_unique<Launcher>(name, request.connect, timeline);
  const Choice choice = choose(request, *launcher, kernel);
  const Machine machine = machine_for(request, profile, choice, kernel, initramfs.path, disks);
  Began began =
      begin(*launcher, machine, first_state(request, name, machine, command.arguments), request, timeline);
  const Ending ending = converse(began.vm, command, request);
  const auto facts = facts_of(began, machine, choice, ending);
  {
    const trace::Phase phase(
        "end the VM", "all it had was in memory, or on disks that are unmounted; nothing of it may stay");
    launcher->leave(began.vm);
  }
  // WHY not destroyed: the embedded libvirt ends with this process anyway, and closing it in order waits up to 200 ms
  // for a thread that looks after the QEMU that has just been reaped. On every other way out it is closed in order.
  static_cast<void>(launcher.release());
  timeline.mark(Stamp::gone);
  if (!ending.trouble.empty()) say(ending.trouble);
  write_timings(request.timings, timeline.to_json(facts));
  return ending.exit_code;
}

}  // namespace vm
