// Containers that are there while others are measured: made by our runtime, without limits, each with a process that
// waits. The same crowd for every platform, so that what differs is the platform.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/platforms/engine.h"
#include "bench/platforms/oci_runtime.h"

namespace bench {

class Crowd {
 public:
  explicit Crowd(const Workspace& workspace) : runtime_(workspace, BundleKind::plain) {}
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Adds containers until there are `count`; `progress` hears how many there are.
  void grow_to(int count, const std::function<void(int)>& progress);

 private:
  MiniRuntime runtime_;
  std::vector<std::string> ids_;
};

// Containers of an engine itself, for commands that look at all of them.
class EngineCrowd {
 public:
  explicit EngineCrowd(Engine& engine) : engine_(engine) {}
  ~EngineCrowd() { engine_.remove_containers(names_); }
  EngineCrowd(const EngineCrowd&) = delete;
  EngineCrowd& operator=(const EngineCrowd&) = delete;

  void grow_to(int count, const std::function<void(int)>& progress);

 private:
  Engine& engine_;
  std::vector<std::string> names_;
};

}  // namespace bench
