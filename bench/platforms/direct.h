// Platforms without an engine or a runtime: the bare process, and bubblewrap.
//
// Reads: bwrap(1).
#pragma once

#include "bench/platforms/platform.h"
#include "bench/platforms/workspace.h"

namespace bench {

// A child of this process: what everything else is compared with.
class Process : public Platform {
 public:
  explicit Process(const Workspace& workspace) : workspace_(workspace) {}
  std::string name() const override { return "process"; }
  Technique technique() const override { return Technique::process; }
  std::string prepare() override { return {}; }
  Arguments command(const Arguments& arguments) override;
  std::string scratch_file() const override { return workspace_.path() + "/workload.tmp"; }
  ImageSize image_size() override;

 private:
  const Workspace& workspace_;
};

// Namespaces and a root, without cgroups, seccomp or an image.
class Bubblewrap : public Platform {
 public:
  explicit Bubblewrap(const Workspace& workspace) : workspace_(workspace) {}
  std::string name() const override { return "bubblewrap"; }
  std::string prepare() override;
  std::string version() override { return version_of(find_program("bwrap")); }
  Arguments command(const Arguments& arguments) override;
  ImageSize image_size() override;

 private:
  const Workspace& workspace_;
};

}  // namespace bench
