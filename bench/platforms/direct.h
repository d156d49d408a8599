// Platforms without an engine: the bare process, bubblewrap, and the low-level OCI runtimes on a bundle.
//
// Reads: bwrap(1), runc(8), crun(1); OCI runtime specification, runtime.md.
#pragma once

#include "bench/platforms/bundle.h"
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

// `RUNTIME run` on a bundle. The three runtimes get byte for byte the same bundle.
class OciRuntime : public Platform {
 public:
  OciRuntime(const Workspace& workspace, std::string name, BundleKind kind)
      : workspace_(workspace), name_(std::move(name)), kind_(kind) {}
  std::string name() const override { return kind_ == BundleKind::full ? name_ : name_ + "-plain"; }
  std::string prepare() override;
  std::string version() override { return version_of(program()); }
  Arguments command(const Arguments& arguments) override;
  ImageSize image_size() override;

 protected:
  virtual std::string program() const { return find_program(name_); }

 private:
  std::string bundle_for(const Arguments& arguments);
  const Workspace& workspace_;
  std::string name_;
  BundleKind kind_;
  int runs_ = 0;
};

class Crun : public OciRuntime {
 public:
  explicit Crun(const Workspace& workspace, BundleKind kind = BundleKind::full)
      : OciRuntime(workspace, "crun", kind) {}
};

class Runc : public OciRuntime {
 public:
  explicit Runc(const Workspace& workspace, BundleKind kind = BundleKind::full)
      : OciRuntime(workspace, "runc", kind) {}
};

// This project's own runtime.
class MiniRuntime : public OciRuntime {
 public:
  explicit MiniRuntime(const Workspace& workspace, BundleKind kind = BundleKind::full)
      : OciRuntime(workspace, "mini-runtime", kind) {}

 protected:
  std::string program() const override { return find_program(sibling_program("mini-runtime")); }
};

}  // namespace bench
