// An engine: containers with names and images in a store of its own, by Docker's commands for both.
//
// What engines differ in, their own class says (engines.h); what is measured is the same command line for all.
// Reads: docker(1), podman(1).
#pragma once

#include "bench/platforms/platform.h"
#include "bench/platforms/workspace.h"

namespace bench {

// The workspace's archive, as every engine has it.
inline constexpr const char* kImage = "busybox";
// A program that waits, and ends on SIGTERM although it is the first process of its pid namespace.
inline const Arguments kUntilTold = {"workload", "idle"};

Arguments joined(Arguments first, const Arguments& second);

class Engine : public Platform {
 public:
  explicit Engine(const Workspace& workspace) : workspace_(workspace) {}

  // A command of this engine on its own store: `docker --host ADDRESS` and `rest`.
  virtual Arguments client(const Arguments& rest) const = 0;
  // The folder of the store, whose bytes are what images cost.
  virtual std::string store() const = 0;
  // Where the engine's own loopback is, as a file for setns(2); "" for the benchmark's.
  virtual std::string network_namespace() const { return {}; }

  // `run --rm busybox`.
  Arguments command(const Arguments& program) override;
  std::optional<Arguments> command_with_shares(const Arguments& program, int shares) override;
  // `run --detach --name NAME busybox`.
  Arguments run_detached(const std::string& name, const Arguments& program) const;
  Arguments pull(const std::string& reference) const;
  // A name that no container has had yet.
  std::string next_name();
  // Removes containers, also if they run or a signal has come; those that are not there are no failure.
  void remove_containers(const std::vector<std::string>& names) const;
  // The same for an image.
  void remove_image(const std::string& name) const;

 protected:
  // What else `run` must be told here, and `pull` for a registry that speaks plain HTTP.
  virtual Arguments run_flags() const { return {}; }
  virtual Arguments pull_flags() const { return {}; }
  const Workspace& workspace_;

 private:
  int names_ = 0;
};

}  // namespace bench
