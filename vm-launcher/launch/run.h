// `vm-launcher run`: a command of an image in a VM of its own, from request to exit code.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vm-launcher/disk/spec.h"
#include "vm-launcher/domain/machine.h"
#include "vm-launcher/initramfs/image.h"
#include "vm-launcher/launch/timeline.h"
#include "vm-launcher/launch/warmth.h"

namespace vm {

struct RunRequest {
  RootSource source;
  std::string kernel;                // empty for the cache's
  std::string accelerator = "auto";  // "auto", "kvm", "tcg"
  std::optional<Profile> profile;    // none: the quickest that has what was asked for
  unsigned memory_mib = 0;           // 0: enough for the image
  unsigned cpus = 1;
  Warmth warmth = Warmth::automatic;
  std::vector<DiskSpec> disks;
  std::string name;     // empty for one of our own
  std::string connect;  // libvirt URI; empty for embedded
  std::string timings;  // file, or "fd:N"; empty for none
  unsigned timeout_s = 30;
  bool interactive = false;
  std::vector<std::string> environment;
  std::string directory;
  std::string user;
  std::vector<std::string> command;  // empty for the image's own
};

// The exit code of the command. Throws when there is none.
int run(const RunRequest& request, Timeline& timeline);

// The machine of such a request, without its disks; the initramfs is made if it is not there yet.
class Launcher;
Machine machine_of(const RunRequest& request, Launcher& launcher);

// Tells the user something on standard error, under the program's name.
void say(const std::string& text);

}  // namespace vm
