// The verbs of the engine. There is no daemon: each command does its work itself, on the registry's files,
// and repairs first what a killed command left behind.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mini-container/engine/attach.h"
#include "mini-container/engine/container.h"
#include "mini-container/engine/launch.h"
#include "mini-container/engine/registry.h"
#include "mini-container/engine/sizes.h"
#include "mini-container/image/store.h"

namespace engine {

// What `run` and `create` are asked for.
struct RunRequest {
  Settings settings;  // args hold the command as given; the image fills in the rest
  std::string name;   // empty for a random one
  std::optional<std::string> entrypoint;
  bool detach = false;
  AttachOptions attach;                    // of one that is not detached
  NetworkRequest wishes;                   // --network-alias, --ip, --ip6
  std::vector<std::string> volumes_from;   // "CONTAINER[:ro|rw]"
  bool publish_all = false;                // -P: each exposed port, at a free one of the host
  std::string id_file;                     // --cidfile, which must not be there yet
  std::optional<image::Image> image = {};  // of settings.image, if somebody has looked already
};

struct ExecOptions {
  std::vector<std::string> args;
  std::vector<std::string> env;
  std::string working_directory;
  std::string user;
  bool tty = false;
  bool open_stdin = false;
  bool detach = false;      // nobody waits for it, or sees what it writes
  bool privileged = false;  // with every capability that the engine has, whatever the container has
  AttachOptions attach = {};
};

struct ExecFiles;

class Engine {
 public:
  explicit Engine(const Paths& paths);

  const Registry& registry() const { return registry_; }
  image::Store& images() { return images_; }

  // For every container whose guardian is dead: takes it down and records it as killed, or forgets it
  // (--rm). Returns what was repaired, one line each.
  std::vector<std::string> reconcile();

  // Records a container that has never run; its id.
  std::string create(const RunRequest& request);
  // Exit code of the container; with `detach` 0. `id` is given as soon as it is known.
  int run(const RunRequest& request, const UserEnds& user, std::string& id);
  // Starts a container that is at rest. No-op if it runs.
  void start(const Container& container);
  // The same in this process, connected to `user`; its exit code. Throws if it runs.
  int start_here(const Container& container, const UserEnds& user, const AttachOptions& options);
  // Connects `user` to a container that runs, beside others who are. Throws if it does not run.
  AttachResult attach(const Container& container, const UserEnds& user, const AttachOptions& options);
  AttachResult exec(const Container& container, const ExecOptions& options, const UserEnds& user);
  // For the guardian of one that could be left: its last event.
  void exec_ended(const std::string& id, const std::string& execution, int code) const;
  // For the guardian's clock: runs the command of the container's health check, and records what it says. Whether it says
  // that all is well.
  bool probe(const std::string& id);
  // `signal`, and SIGKILL after `seconds`. Returns when all is taken down. No-op if it is at rest.
  void stop(const Container& container, int signal, int seconds);
  void restart(const Container& container, int signal, int seconds);
  // Throws if it does not run. A signal that ends it thaws it first, if it is paused.
  void kill(const Container& container, int signal);
  // Throw if it is not running, or paused, already so.
  void pause(const Container& container);
  void unpause(const Container& container);
  // Waits for the end; the exit code.
  int wait(const Container& container);
  // A running one needs `force`. With `volumes` those that have no name of their own go, too.
  void remove(const Container& container, bool force, bool volumes);
  // What the host's ps(1), called with `arguments`, says about its processes: the heading, then one line each.
  std::vector<std::vector<std::string>> top(const Container& container,
                                            const std::vector<std::string>& arguments);

  Sizes sizes_of(const Container& container);

  // The image of that name; the default one, busybox, is made on first use. Throws if there is none.
  image::Image find_image(const std::string& name);

  // Other limits, or another restart policy, from now on; what `change` leaves alone stays. Throws when the kernel
  // refuses, and nothing is changed then.
  void update(const Container& container, const std::function<void(Settings&)>& change);

  // For the monitor's last act: takes down, and starts again if the restart policy says so. `lock` is the container's.
  void finish(const std::string& id, int code, sys::UniqueFd lock);

 private:
  // What is done with a launch that is prepared; an exit code.
  using Act = std::function<int(Launch&)>;
  // Connects `user` to a container that `start` launches, until it ends or the user leaves it; its exit code, or 0.
  int in_front_of(const Container& container, const UserEnds& user, const AttachOptions& options, int signals,
                  const std::function<int(const Act&)>& start);
  // With a guardian of its own, so that the user can leave it.
  AttachResult exec_guarded(const Container& container, const ExecOptions& options, const UserEnds& user,
                            int signals, const ExecFiles& files, const std::string& execution) const;
  ProbeResult run_probe(const Container& container, const Healthcheck& check);
  // The record of a new container: what is asked for over what the image says.
  Container describe(const RunRequest& request, const image::Image& image) const;
  // Whether a container had one that could be alive, and what became of it.
  enum class Guardian { none, alive, lost };
  Guardian reconcile_one(const std::string& id);
  // True if a runtime has made something for a container that nobody guards: the command that had asked it was killed, and the
  // runtime went on. Its record, if there still is one, is at rest.
  bool remove_orphan(const std::string& id);
  // False if the runtime could not: it has just ended.
  bool deliver(const OciRuntime& runtime, const Container& container, int signal) const;
  // False if it does not run.
  bool send(const Container& container, int signal);
  // Kills it if it runs and waits until its guardian has let go; empty if it is gone by then.
  sys::UniqueFd end_and_lock(const std::string& id);
  // `act` on a launch of the container, which is at rest; what fails is undone.
  int launch(const Container& container, const Act& act);
  int relaunch(const Container& container, sys::UniqueFd lock, const Act& act);
  // False if it is to be stopped instead.
  bool wait_for_turn(const std::string& id, std::chrono::milliseconds delay) const;
  // Its restart policy is not to be asked.
  void request_stop(const Container& container);
  Registry registry_;
  image::Store images_;
};

// The command line of a container: the image's entrypoint and command, each replaced by what the user gave.
// Throws std::invalid_argument if nothing is left to run.
std::vector<std::string> command_of(const image::Config& image, const std::vector<std::string>& args,
                                    const std::optional<std::string>& entrypoint);

}  // namespace engine
