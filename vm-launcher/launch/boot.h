// One QEMU under libvirt, from listening sockets to its end: the part that run and the KVM probe share.
//
// ORDER: the sockets listen before QEMU starts and QEMU connects to them, so that not a byte of the boot is lost;
// QEMU starts with its CPUs stopped, so that its own start and the guest's can be told apart.
#pragma once

#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "base/sys/process.h"
#include "vm-launcher/connection/libvirt.h"
#include "vm-launcher/domain/machine.h"
#include "vm-launcher/launch/timeline.h"
#include "vm-launcher/state/folder.h"

namespace vm {

// Tells QEMU that what it saves or restores is without the memory that lies in a file.
void keep_memory_apart(libvirt::Domain& domain);

class Boot {
 public:
  // Starts QEMU and lets it go. `machine` gets the socket paths of `folder`.
  Boot(libvirt::Connection& connection, Machine machine, const VmFolder& folder, Timeline& timeline);
  // Ends QEMU at once, however far it came.
  ~Boot();
  Boot(const Boot&) = delete;
  Boot& operator=(const Boot&) = delete;

  int console() const { return console_.get(); }
  int agent() const { return agent_.get(); }
  int stopped_descriptor() const { return connection_.stopped_descriptor(); }
  // Of a VM that has ended: by its guest's own power off. Waits a moment for libvirt to say so.
  bool powered_off();
  const ProcessName& qemu() const { return qemu_; }
  libvirt::Domain& domain() { return domain_; }
  // Kills QEMU and waits until libvirt has noticed, so that the next boot can follow. WHY not a shutdown: all the guest
  // has is in memory, or on a disk that it has unmounted, and what mattered of it has arrived.
  void end();
  // Kills QEMU and leaves libvirt to itself: for a process that ends next.
  void abandon();

  // For poll(2): a process behind a shared folder has ended, without which the guest would wait for ever.
  void watch_folders(std::vector<pollfd>& polled) const;

 private:
  explicit Boot(libvirt::Connection& connection) : connection_(connection) {}
  void serve_folders(Machine& machine, const VmFolder& folder);
  // False if QEMU's pid is not known.
  bool kill_qemu();
  libvirt::Connection& connection_;
  libvirt::Domain domain_;
  sys::UniqueFd console_;
  sys::UniqueFd agent_;
  sys::UniqueFd pidfd_;
  std::vector<sys::Child> folders_;
  ProcessName qemu_;
};

}  // namespace vm
