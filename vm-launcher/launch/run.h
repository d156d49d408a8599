// `vm-launcher run`: a command of an image in a VM of its own, from request to exit code; and the same for a VM that
// runs detached, whose supervisor is a process of its own (detached.h).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vm-launcher/disk/spec.h"
#include "vm-launcher/domain/machine.h"
#include "vm-launcher/launch/command.h"
#include "vm-launcher/launch/streams.h"
#include "vm-launcher/launch/timeline.h"
#include "vm-launcher/launch/warmth.h"
#include "vm-launcher/share/spec.h"
#include "vm-launcher/state/folder.h"

namespace vm {

struct RunRequest : CommandRequest {
  RootSource source;
  std::string kernel;                // empty for the cache's
  std::string accelerator = "auto";  // "auto", "kvm", "tcg"
  std::optional<Profile> profile;    // none: the quickest that has what was asked for
  unsigned memory_mib = 0;           // 0: enough for the image
  unsigned cpus = 1;
  Warmth warmth = Warmth::automatic;
  std::vector<DiskSpec> disks;
  std::vector<ShareSpec> shares;
  std::string cloud_init;        // user-data for the system on the first disk; a file
  std::string network = "none";  // "user", or a network of mini-container's
  std::vector<PortForward> ports;
  std::string name;     // empty for one of our own
  std::string connect;  // libvirt URI; empty for embedded
  std::string timings;  // file, or "fd:N"; empty for none
  unsigned timeout_s = 30;
  bool interactive = false;
  bool tty = false;
  bool remove = false;  // of a detached one: nothing is kept after its end

  // The first disk boots by itself.
  bool own_system() const {
    return source.image.empty() && source.tar.empty() && source.initrd.empty() && !disks.empty();
  }
};

// As config.json of a VM that is kept. Paths become absolute: `start` may be called elsewhere.
std::string to_json(const RunRequest& request);
// Throws std::runtime_error for what is none.
RunRequest parse_request(const std::string& json);

// The exit code of the command, whose streams are this process's own. Throws when there is none.
int run(const RunRequest& request, Timeline& timeline);

// The machine of such a request, without its disks; the initramfs is made if it is not there yet.
class Launcher;
Machine machine_of(const RunRequest& request, Launcher& launcher);

// What differs between a VM that somebody waits for and one that runs detached: the other end of its command, given what
// sends to it.
struct Company {
  std::function<std::unique_ptr<Streams>(SendFrame)> streams;
};
// From request to the end of the VM, in the process that is its supervisor. `kept`: the folder stays, and tells how it
// ended. The process must end next: see run.cpp.
Ending live(const RunRequest& request, VmFolder folder, bool kept, Timeline& timeline,
            const Company& company);

// "vm-3fa9c1", if the user gives no name.
std::string generated_name();

// Tells the user something on standard error, under the program's name.
void say(const std::string& text);

}  // namespace vm
