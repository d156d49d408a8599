// An engine of others, with mini-runtime for its runtime, called as its users call it.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "tests/support/bundle.h"

namespace engines {

using testing_bundle::Output;
using Arguments = std::vector<std::string>;

class Engine {
 public:
  virtual ~Engine() = default;

  // The engine's client with its own options, and what follows them.
  virtual Arguments command(const Arguments& verb) const = 0;

  // Runs it to its end; a call that hangs is killed after half a minute, and its code is 124.
  Output call(const Arguments& verb) const;

  struct Seen {
    int code = 0;
    std::string text;  // all that came through the terminal
  };
  // On a terminal of 77 columns and 33 rows, with `typed` on its keyboard.
  Seen in_terminal(const Arguments& verb, const std::string& typed = {}) const;
};

// Docker with a daemon of its own, and Podman, which has none: "docker" or "podman", started once for all cases; the image
// "box" is there. Null, and the reason in `why`, where it cannot be tested. Throws if it does not start.
Engine* shared_engine(const std::string& name, std::string& why);

// Why engines cannot be tested here: no root, or one of these programs is not installed. "" if they can.
std::string missing(std::initializer_list<const char*> programs);

// The runtime under test.
const std::string& runtime();

// A root file system with busybox and two users, as a folder and as a tar.
const std::string& root_folder();
const std::string& root_tar();

// Starts a daemon and waits until `asks` succeeds. Throws with the end of its log. It lives as long as the view.
void start_daemon(const Arguments& command, const std::string& log, const Arguments& asks);

// Docker's daemon with these options more; its address for DOCKER_HOST.
std::string start_dockerd(const Arguments& options);

// Waits until `condition` holds; false after ten seconds.
template <class Condition>
bool eventually(Condition condition) {
  for (int tick = 0; tick < 200; ++tick) {
    if (condition()) return true;
    sys::poll({}, 50);
  }
  return false;
}

// The limits in force, as a script in the container reads them: memory, pids, processor time; v1 or v2.
inline constexpr char kShowLimits[] =
    "for name in memory.limit_in_bytes memory.max pids.max cpu.cfs_quota_us cpu.max; do "
    "find /sys/fs/cgroup/ -maxdepth 2 -name $name -exec cat {} +; done";

}  // namespace engines
