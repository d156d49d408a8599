// /run/vm-launcher/NAME: what other commands know about a VM, while a launcher process runs it and afterwards.
//
// The launcher holds a lock in the folder as long as it lives; the kernel drops the lock even after kill -9. So the
// truth is one flock(2) away: a folder that says "running" and can be locked is left over, and whoever meets it first
// ends its QEMU (known by pid and start time, never by pid alone), and removes the folder, or marks the VM as exited if
// it was made to be kept. Reads: flock(2), proc(5).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/sys/fd.h"
#include "vm-launcher/state/bridge_port.h"

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
  std::string status;  // "created", "booting", "running", "paused", "exited"
  std::string image;
  std::vector<std::string> command;
  std::string profile;
  std::string accelerator;
  std::string
      start;  // "cold": booted; "warm": from a snapshot; "disk": by what its disk holds; "" until it runs
  std::string start_why;     // of that choice
  std::int64_t created = 0;  // seconds since 1970
  ProcessName launcher;
  ProcessName qemu;
  bool kept = false;  // until `rm`; else the folder goes with the VM
  unsigned memory_mib = 0;
  std::vector<std::string> ports;  // as Docker shows them: "0.0.0.0:8080->80/tcp"
  std::string network;             // "none", "user", or one of mini-container's, where it has
  std::string address;             // and, on the host,
  std::string link;
  std::int64_t started = 0;  // both 0 for never
  std::int64_t finished = 0;
  int exit_code = 0;    // once exited
  std::string trouble;  // why there is no exit code of the command's own

  bool active() const { return status == "booting" || status == "running" || status == "paused"; }
};
std::string to_json(const VmState& state);
// nullopt for what is no state of ours.
std::optional<VmState> parse_state(const std::string& json);

// The folder of one VM, and its lock. What is not kept is removed with this object. Move-only.
class VmFolder {
 public:
  // Makes it. Throws when there is a VM of that name, or the name is unfit for a path.
  VmFolder(const std::string& run_directory, const std::string& name);
  // That of a VM that was made and does not run. Throws when there is none, or it runs.
  static VmFolder of_existing(const std::string& run_directory, const std::string& name);
  VmFolder(VmFolder&& other) noexcept;
  VmFolder& operator=(VmFolder&&) = delete;
  ~VmFolder();

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string name() const { return path_.substr(path_.rfind('/') + 1); }
  void write(const VmState& state) const;
  // A folder for what is too large for /run: made on first use below `home`, it stays as long as the VM, and goes with it.
  std::string disks(const std::string& home) const;
  // From here on the folder outlives this object, except for what belongs to one run of the VM.
  void keep(bool kept = true) { kept_ = kept; }
  // For the run that begins: see bridge_port.h.
  void plug(const std::string& network, const std::vector<std::string>& published);
  const std::optional<BridgePort>& port() const { return port_; }
  // Removes the folder, or what belongs to one run, now; the lock stays until the process ends.
  void leave() const;
  void remove();

 private:
  VmFolder(std::string path, sys::UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  sys::UniqueFd lock_;
  std::optional<BridgePort> port_;
  bool kept_ = false;
};

// All VMs that there are. Cleans up what dead launchers left.
std::vector<VmState> known_vms(const std::string& run_directory);
// Those whose launcher lives.
std::vector<VmState> running_vms(const std::string& run_directory);
// Throws std::runtime_error, "No such VM: NAME".
VmState known_vm(const std::string& run_directory, const std::string& name);

// Letters, digits, '_', '.', '-'; short enough that the longest socket path below it still fits (108 bytes).
bool valid_name(const std::string& name);

// The VM's own command, as protocol/ encodes it: what `exec` takes environment and folder from.
inline constexpr char kCommandFile[] = "command";
// Files of the folder that outlive a run.
inline constexpr char kConfigFile[] = "config.json";
inline constexpr char kConsoleLog[] = "console.log";
inline constexpr char kOutputLog[] = "output.log";          // frames of protocol/, as the guest sent them
inline constexpr char kDisksLink[] = "disks";               // where disks() is
inline constexpr char kSupervisorLog[] = "supervisor.log";  // what a supervisor has to say, and libvirt

}  // namespace vm
