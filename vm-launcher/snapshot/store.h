// Snapshots of booted VMs, kept in the cache: a folder for each machine, with the guest's memory, the state of its CPU
// and devices, and a manifest that says what they were made from.
//
// A snapshot is used only if all of it is believed: the manifest is written last, the folder gets its name when it is
// whole, and every file still has the size and the time that the manifest recorded. Anything else is as if it were not
// there. Reads: rename(2), flock(2), mmap(2) MAP_PRIVATE, docs/decisions/0029-warm-start.md.
#pragma once

#include <optional>
#include <string>

#include "base/sys/fd.h"
#include "vm-launcher/domain/machine.h"

namespace vm {

struct Snapshot {
  std::string folder;
  std::string memory() const { return folder + "/memory"; }
  std::string state() const { return folder + "/state"; }
};

// All that a snapshot of `machine` depends on, as text: the machine, kernel, initramfs, QEMU, this boot of the host.
// WHY the boot: what had not reached the disk when the power failed looks whole by size and time, and is not.
std::string snapshot_question(const Machine& machine);

// Where they are: below the cache folder. Made on first use.
std::string snapshot_home();

// The snapshot of such a machine, if there is one and it is sound.
std::optional<Snapshot> find_snapshot(const Machine& machine, const std::string& home = snapshot_home());

// Forgets one, or all; returns how many. VMs that were restored from them keep the memory that they have mapped.
void forget_snapshot(const Snapshot& snapshot);
std::size_t forget_snapshots(const std::string& home = snapshot_home());

// A snapshot that is being made. Only one is at a time; what is not committed is gone with this object, or, if its
// process is killed, with the next one.
class SnapshotMaking {
 public:
  // Waits while another process makes one.
  explicit SnapshotMaking(const Machine& machine, const std::string& home = snapshot_home());
  ~SnapshotMaking();
  SnapshotMaking(const SnapshotMaking&) = delete;
  SnapshotMaking& operator=(const SnapshotMaking&) = delete;

  // Where to write.
  const Snapshot& files() const { return files_; }
  // The files are complete and nobody writes to them any more. Forgets the oldest of too many.
  Snapshot commit();

 private:
  std::string home_;
  std::string question_;
  std::string final_;
  sys::UniqueFd lock_;
  Snapshot files_;
};

}  // namespace vm
