// The verbs of the engine. There is no daemon: each command does its work itself, on the registry's files,
// and repairs first what a killed command left behind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mini-container/engine/container.h"
#include "mini-container/engine/launch.h"
#include "mini-container/engine/registry.h"
#include "mini-container/image/store.h"

namespace engine {

struct RunRequest {
  Settings settings;  // args hold the command as given; the image fills in the rest
  std::string name;   // empty for a random one
  std::optional<std::string> entrypoint;
  bool detach = false;
};

struct ExecOptions {
  std::vector<std::string> args;
  std::vector<std::string> env;
  std::string working_directory;
  std::string user;
  bool tty = false;
  bool open_stdin = false;
};

class Engine {
 public:
  explicit Engine(const Paths& paths);

  const Registry& registry() const { return registry_; }
  image::Store& images() { return images_; }

  // For every container whose guardian is dead: takes it down and records it as killed, or forgets it
  // (--rm). Returns what was repaired, one line each.
  std::vector<std::string> reconcile();

  // Exit code of the container; with `detach` 0, and the id is given to `started`.
  int run(const RunRequest& request, const UserEnds& user, std::string& id);
  // Starts an ended container again, detached. No-op if it runs.
  void start(const Container& container);
  int exec(const Container& container, const ExecOptions& options, const UserEnds& user);
  // SIGTERM, and SIGKILL after `seconds`. Returns when all is taken down.
  void stop(const Container& container, int seconds);
  // False if it does not run.
  bool kill(const Container& container, int signal);
  // Waits for the end; the exit code.
  int wait(const Container& container);
  // A running one needs `force`.
  void remove(const Container& container, bool force);

  // The image of that name; the default one, busybox, is made on first use. Throws if there is none.
  image::Image find_image(const std::string& name);

  // For the monitor's last act; `lock` is the inherited descriptor.
  void finish(const std::string& id, int code, int lock);

 private:
  bool reconcile_one(const std::string& id);
  Registry registry_;
  image::Store images_;
};

// The command line of a container: the image's entrypoint and command, each replaced by what the user gave.
// Throws std::invalid_argument if nothing is left to run.
std::vector<std::string> command_of(const image::Config& image, const std::vector<std::string>& args,
                                    const std::optional<std::string>& entrypoint);

}  // namespace engine
