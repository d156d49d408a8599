// The part that `create` and `run` share: from a bundle to a first process that is set up and waits to be told to
// start. Reads: clone(2), OCI runtime-spec runtime.md (lifecycle, steps 1 to 6).
#pragma once

#include <string>

#include "base/sys/process.h"
#include "mini-container/runtime/cgroup/cgroup.h"
#include "mini-container/runtime/lifecycle/descriptors.h"
#include "mini-container/runtime/lifecycle/late_hooks.h"
#include "mini-container/runtime/lifecycle/pid_file.h"
#include "mini-container/runtime/lifecycle/plans.h"
#include "mini-container/runtime/lifecycle/signals.h"
#include "mini-container/runtime/lifecycle/state_dir.h"
#include "mini-container/runtime/spec/config.h"
#include "mini-container/runtime/sync/protocol.h"

namespace lifecycle {

struct LaunchOptions {
  std::string root;  // of the state directories
  std::string id;
  std::string bundle;       // absolute
  std::string config_file;  // instead of config.json there; a relative one starts in the bundle
  std::string console_socket;
  std::string pid_file;
  PassedDescriptors passed;
  bool new_keyring = true;
  bool pivot = true;  // false: MS_MOVE and chroot(2), see rootfs/no_pivot.cpp
  Groups groups;
};

// Undoes itself unless kept: members are destroyed from the last to the first.
struct Launched {
  spec::Config config;
  Plans plans;
  StateDir directory;
  spec::State state;
  PoststopHooks poststop;  // ORDER: after the groups are gone, before the record is
  cgroup::Cgroup cgroup;
  PidFile pid_file;
  sys::UniqueFd line;  // to the first process: protocol.h
  sys::Child child;    // ORDER: killed before its groups and its state go
  bool told_to_start = false;

  void keep();
};

// How the first process will hear that it shall start.
enum class Gate {
  line,  // over the line, where the word waits for it unless there is a terminal: the same command starts it
  socket,  // over a socket in the state directory: another command will
};

// `console` is the socket that gets the terminal's master end; -1 without one.
Launched launch(const LaunchOptions& options, Gate gate, int console, const Signals& signals);

// Hears `word` from `child` over `line`, or throws what stopped it.
void hear(sys::Child& child, int line, protocol::Word word, const Signals& signals);
// Tells the process behind `line` to start, and returns once its program runs; await_program: it has been told before.
void start_over(int line, const Signals& signals);
void await_program(int line, const Signals& signals);

}  // namespace lifecycle
