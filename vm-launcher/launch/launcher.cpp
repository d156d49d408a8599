// See launcher.h.
#include "vm-launcher/launch/launcher.h"

#include <fmt/format.h>

#include <csignal>
#include <stdexcept>

#include "base/sys/file.h"
#include "base/sys/process.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/connection/embedded.h"

namespace vm {

namespace {

constexpr auto kPulse = std::chrono::milliseconds(300);

std::string uri_for(const std::string& uri, const VmFolder& folder) {
  if (!uri.empty()) return uri;
  return libvirt::prepare_embedded(folder.file("lv"), cache_directory() + "/libvirt");
}

// The end of QEMU's log: what it complained about, without the command line that libvirt wrote before.
std::string complaints_in(const std::string& log) {
  std::string found;
  std::size_t start = 0;
  while (start < log.size()) {
    const std::size_t end = std::min(log.find('\n', start), log.size());
    const std::string line = log.substr(start, end - start);
    const bool by_qemu = line.find("qemu-system") != std::string::npos &&
                         line.find("/usr/bin/") == std::string::npos &&
                         line.find("terminating on signal") == std::string::npos;
    if (by_qemu || line.starts_with("KVM") || line.find("error") != std::string::npos) found += line + "\n";
    start = end + 1;
  }
  return found;
}

}  // namespace

namespace {

// One line of libvirt's message, which may quote all that QEMU said: the first line in which QEMU speaks.
std::string gist_of(const std::string& message) {
  std::string line = message.substr(0, message.find('\n'));
  const std::size_t qemu = line.find("qemu-system-");
  return qemu == std::string::npos ? line : line.substr(qemu);
}

}  // namespace

Launcher::Launcher(VmFolder folder, const std::string& uri, Timeline& timeline)
    : signals_(sys::signal_descriptor({SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGWINCH})),
      folder_(std::move(folder)),
      timeline_(timeline),
      loop_(folder_.file("libvirt.log")),
      connection_(uri_for(uri, folder_)),
      control_(folder_.file("control")),
      console_log_(folder_.file(kConsoleLog)) {
  timeline_.mark(Stamp::connected);
}

std::string Launcher::whole_qemu_log() const {
  return sys::read_file_if_present(folder_.file("lv/log/qemu/vm.log")).value_or("");
}

std::string Launcher::qemu_log() const {
  const std::string log = whole_qemu_log();
  return complaints_in(log.substr(std::min(log.size(), log_start_)));
}

BootFailure Launcher::describe(Arrival arrival, std::chrono::milliseconds deadline, BootedVm& vm) {
  BootFailure failure;
  failure.cancelled = arrival == Arrival::cancelled;
  const std::string evidence = fmt::format("console: {}\n", vm.supervisor->console_tail());
  if (arrival == Arrival::cancelled) {
    failure.reason = "stopped before it was ready";
  } else if (arrival == Arrival::gone) {
    failure.reason = "QEMU ended before the guest was ready";
  } else {
    const auto before = vm.boot->domain().life();
    vm.supervisor->await_ready(kPulse);
    const auto after = vm.boot->domain().life();
    const double used = static_cast<double>(after.cpu_time_ns - before.cpu_time_ns) / 1e6;
    failure.reason = fmt::format(
        "not ready after {:.0f} s; libvirt says \"{}\", and QEMU used {:.0f} ms of processor in the last {} "
        "ms: the guest {}",
        std::chrono::duration<double>(deadline).count(), after.state, used, kPulse.count(),
        used > 10 ? "runs, but gets nowhere" : "waits or hangs");
  }
  failure.evidence = evidence + qemu_log();
  return failure;
}

BootedVm Launcher::let_go(const Machine& machine, BootFailure& failure,
                          const std::function<void(const Boot&)>& started) {
  BootedVm vm;
  log_start_ = whole_qemu_log().size();
  try {
    vm.boot = std::make_unique<Boot>(connection_, machine, folder_, timeline_);
  } catch (const libvirt::Error& error) {
    failure = {"QEMU did not start: " + gist_of(error.what()), std::string(error.what()) + "\n", false};
    return {};
  }
  if (started) started(*vm.boot);
  vm.supervisor = std::make_unique<Supervisor>(*vm.boot, timeline_, signals_.get(), &control_, &console_log_);
  return vm;
}

BootedVm Launcher::try_boot(const Machine& machine, std::chrono::milliseconds deadline, BootFailure& failure,
                            const std::function<void(const Boot&)>& started) {
  BootedVm vm = let_go(machine, failure, started);
  if (!vm.supervisor) return vm;
  const bool restored = machine.beginning == Beginning::restore;
  const trace::Phase phase(restored ? "renew the guest" : "boot the guest",
                           restored ? "clock and random numbers of its own, and READY again"
                                    : "kernel, PID 1, mounts and modules, until guest-init says READY");
  if (restored) vm.supervisor->renew();
  const Arrival arrival = vm.supervisor->await_ready(deadline);
  if (arrival == Arrival::ready) return vm;
  failure = describe(arrival, deadline, vm);
  return {};
}

void Launcher::leave(BootedVm& vm) {
  vm.boot->abandon();
  folder_.leave();
}

BootedVm Launcher::boot(const Machine& machine, std::chrono::milliseconds deadline,
                        const std::function<void(const Boot&)>& started,
                        const std::function<void(const std::string&)>& say) {
  BootFailure failure;
  BootedVm vm = try_boot(machine, deadline, failure, started);
  if (vm.supervisor || failure.cancelled) {
    if (!vm.supervisor) throw Cancelled(failure.reason);
    return vm;
  }
  say(fmt::format("the boot failed, trying once more: {}\n{}", failure.reason, failure.evidence));
  timeline_.forget_boot();
  vm = try_boot(machine, deadline, failure, started);
  if (!vm.supervisor) throw std::runtime_error(fmt::format("{}\n{}", failure.reason, failure.evidence));
  vm.attempts = 2;
  return vm;
}

}  // namespace vm
