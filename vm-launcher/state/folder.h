// /run/vm-launcher/NAME: what other commands know about a VM that a launcher process runs.
//
// The launcher holds a lock in the folder as long as it lives; the kernel drops the lock even after kill -9. So the
// truth is one flock(2) away: a folder that can be locked is left over, and whoever meets it first ends its QEMU
// (known by pid and start time, never by pid alone) and removes it. Reads: flock(2), proc(5).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/sys/fd.h"

namespace vm {

// A process that cannot be mistaken for a later one with the same number.
struct ProcessName {
  pid_t pid = 0;
  std::uint64_t start_time = 0;
};
std::optional<ProcessName> name_process(pid_t pid);
bool alive(const ProcessName& process);

struct VmState {
  std::string name;
  std::string status;  // "booting", "running", "stopping"
  std::string image;
  std::vector<std::string> command;
  std::string profile;
  std::string accelerator;
  std::int64_t created = 0;  // seconds since 1970
  ProcessName launcher;
  ProcessName qemu;
};
std::string to_json(const VmState& state);
// nullopt for what is no state of ours.
std::optional<VmState> parse_state(const std::string& json);

// The folder of one VM, removed with this object.
class VmFolder {
 public:
  // Throws when a VM of that name runs, or the name is unfit for a path.
  VmFolder(const std::string& run_directory, const std::string& name);
  ~VmFolder();
  VmFolder(const VmFolder&) = delete;
  VmFolder& operator=(const VmFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  void write(const VmState& state) const;
  // Removes the folder now; the lock stays until the process ends.
  void remove() const;

 private:
  std::string path_;
  sys::UniqueFd lock_;
};

// VMs whose launcher lives. Removes what dead launchers left.
std::vector<VmState> running_vms(const std::string& run_directory);

// Letters, digits, '_', '.', '-'; short enough that the longest socket path below it still fits (108 bytes).
bool valid_name(const std::string& name);

}  // namespace vm
