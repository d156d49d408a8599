// A container's root as its programs see it, volumes and all, for one command.
//
// While it runs, that is its first process's root, /proc/PID/root. Once it has ended nothing is mounted any more: this
// process takes a mount namespace of its own and mounts layers and volumes there, which nobody else sees and which go
// with it, however it ends. Either way paths in it are opened with openat2(2) and RESOLVE_IN_ROOT, for the links in
// there are the container's. Reads: proc(5) (/proc/PID/root), mount_namespaces(7), open_tree(2), move_mount(2).
#pragma once

#include "mini-container/engine/engine.h"

namespace engine {

class ContainerRoot {
 public:
  ContainerRoot(Engine& engine, const Container& container);
  // O_PATH, on the root directory.
  int get() const { return root_.get(); }

 private:
  void enter_running(const Registry& registry, const Container& container);
  void mount_ended(Engine& engine, const Container& container);
  sys::UniqueFd lock_;  // of an ended container: it must not start meanwhile
  sys::UniqueFd root_;
};

}  // namespace engine
