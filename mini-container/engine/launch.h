// One container from its record to its end: layers, bundle, OCI runtime, network, start; and back.
//
// ORDER: overlay mount, runtime create, network by pid, runtime start. The network needs the namespace that
// create has made, and must be there before the program runs its first instruction.
// Reads: OCI runtime-spec runtime.md ("Lifecycle").
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "mini-container/engine/container.h"
#include "mini-container/engine/monitor/guard.h"
#include "mini-container/engine/monitor/oci_runtime.h"
#include "mini-container/engine/registry.h"
#include "mini-container/image/store.h"

namespace engine {

// The program of `container`'s OCI runtime, with the engine's state directory.
OciRuntime runtime_of(const Registry& registry, const Container& container);

// Where its console socket is; short, for sockaddr_un takes 107 bytes.
std::string console_socket_of(const Registry& registry, const Container& container);

// Where others attach to it.
std::string attach_socket_of(const Registry& registry, const Container& container);

// Starts a container-monitor with `words` and waits until it says what it has made: the pid of that. `socket` is our end of
// the conversation, which `words` gets the other end of. Throws RuntimeFailed.
struct Guarded {
  sys::Child monitor;
  sys::UniqueFd socket;
  pid_t pid = 0;
};
Guarded start_guardian(const std::function<std::vector<std::string>(int socket)>& words,
                       const std::vector<int>& keep);

class Launch {
 public:
  // `lock` is the container's, held.
  Launch(const Registry& registry, Container container, sys::UniqueFd lock);

  // Layers, generated files, volumes, config.json. On failure, as after any failure below, call abandon().
  void prepare(const image::Store& store, const image::Image& image);

  // In this process, until the container's end; returns its exit code. `signals` is a signal descriptor.
  int foreground(const UserEnds& user, int signals);
  // With a container-monitor as guardian; returns when the program has started. `before_start` runs when all is made but
  // the program does not run yet.
  void detached(const std::function<void()>& before_start = {});

  // After a failure: takes everything down and puts the container to rest, or forgets it (--rm). `code` and `why` are
  // what the user is told.
  void abandon(int code, const std::string& why);

  const Container& container() const { return container_; }

 private:
  void connect(pid_t pid);
  void start(const OciRuntime& runtime, pid_t pid);

  const Registry& registry_;
  Container container_;
  sys::UniqueFd lock_;
  std::string directory_;
};

// Removes what a container has in the system: process, cgroups, links, rules, mounts. Idempotent.
void take_down(const Registry& registry, const Container& container);

// One that was running has ended with `code`: its events. True if the kernel has ended some of it for want of memory.
bool note_end(const Registry& registry, const Container& container, int code);

// After its end: takes down, records the exit code and `error`, or forgets the container (--rm). `lock` is the
// container's, held; it carries the code to those who wait for it.
void finish(const Registry& registry, const std::string& id, int code, int lock,
            const std::string& error = {});

}  // namespace engine
