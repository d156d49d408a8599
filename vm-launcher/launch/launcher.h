// What one vm-launcher process needs to boot VMs: its folder, libvirt, and the signals it listens to. Boots with a
// watchdog: a VM that does not reach READY in time is described (is it alive? what did it say last?) and retried once.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "vm-launcher/launch/boot.h"
#include "vm-launcher/launch/supervisor.h"

namespace vm {

// A VM that has reached READY.
struct BootedVm {
  std::unique_ptr<Boot> boot;
  std::unique_ptr<Supervisor> supervisor;
  int attempts = 1;
};

// Somebody asked for the end before READY.
struct Cancelled : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Why a VM did not reach READY.
struct BootFailure {
  std::string reason;    // one line
  std::string evidence;  // QEMU's and the console's last words
  bool cancelled = false;
};

class Launcher {
 public:
  // Starts libvirt's event loop and connects. `uri` is empty for the embedded driver.
  Launcher(VmFolder folder, const std::string& uri, Timeline& timeline);

  // One try. Either vm.supervisor is set or `failure` says why not.
  BootedVm try_boot(const Machine& machine, std::chrono::milliseconds deadline, BootFailure& failure,
                    const std::function<void(const Boot&)>& started = {});
  // For a guest that never says READY: QEMU runs, and that is all. Either vm.supervisor is set or `failure` says why not.
  BootedVm let_go(const Machine& machine, BootFailure& failure,
                  const std::function<void(const Boot&)>& started);
  // Two tries; `say` tells the user of the first failure. Throws std::runtime_error with the evidence of the second.
  BootedVm boot(const Machine& machine, std::chrono::milliseconds deadline,
                const std::function<void(const Boot&)>& started,
                const std::function<void(const std::string&)>& say);

  // Ends the VM and removes its folder. The launcher is of no use afterwards, and must not be destroyed: see run.cpp.
  void leave(BootedVm& vm);

  const VmFolder& folder() const { return folder_; }

 private:
  BootFailure describe(Arrival arrival, std::chrono::milliseconds deadline, BootedVm& vm);
  // QEMU's complaints about this boot; libvirt appends the log of each to one file.
  std::string qemu_log() const;
  std::string whole_qemu_log() const;
  // ORDER: signals are blocked before the event loop's thread exists, or that thread would receive them.
  sys::UniqueFd signals_;
  VmFolder folder_;
  Timeline& timeline_;
  libvirt::EventLoop loop_;
  libvirt::Connection connection_;
  Control control_;
  GrowingLog console_log_;
  std::size_t log_start_ = 0;
};

}  // namespace vm
