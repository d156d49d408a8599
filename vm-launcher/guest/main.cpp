// guest-init: PID 1 of the guest, the counterpart of what mini-runtime's init is to a container.
//
// It reads from top to bottom: mounts, modules, READY, one command, power off. PID 1 must never return: the
// kernel would panic. What goes wrong is told on the console, which the launcher shows. Reads: reboot(2),
// kernel-parameters.rst (rdinit, reboot=, panic=).
#include <fmt/format.h>

#include <chrono>
#include <exception>

#include "base/sys/identity.h"
#include "base/sys/machine.h"
#include "vm-launcher/guest/agent.h"
#include "vm-launcher/guest/bring_up.h"

namespace {

std::uint32_t uptime_ms() {
  using namespace std::chrono;
  // On Linux the steady clock starts with the kernel.
  return static_cast<std::uint32_t>(
      duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

void say(const std::string& text) noexcept {
  sys::try_write(1, text + "\n");
}

void live() {
  // The first bytes of a quiet boot; the launcher's "first console byte".
  say(fmt::format("guest-init: up after {} ms", uptime_ms()));
  vm::protocol::Ready ready;
  vm::guest::mount_kernel_file_systems(ready.trouble);
  vm::guest::load_modules(ready.trouble);
  vm::guest::Agent agent(vm::guest::open_agent_port());
  for (const std::string& trouble : ready.trouble)
    say("guest-init: " + trouble);
  ready.kernel = sys::kernel_release();
  ready.uptime_ms = uptime_ms();
  agent.serve(ready);
}

}  // namespace

int main() {
  if (sys::getpid() != 1) {
    fmt::print(stderr, "guest-init: this is PID 1 of a virtual machine; vm-launcher starts it there\n");
    return 125;
  }
  try {
    live();
  } catch (const std::exception& error) {
    say(fmt::format("guest-init: {}", error.what()));
  }
  try {
    sys::restart_machine();
  } catch (const std::exception& error) {
    say(fmt::format("guest-init: {}", error.what()));
  }
  return 1;
}
