// The low-level OCI runtimes on a bundle: byte for byte the same one for all.
//
// Reads: runc(8), crun(1); OCI runtime specification, runtime.md.
#pragma once

#include "bench/platforms/bundle.h"
#include "bench/platforms/platform.h"
#include "bench/platforms/workspace.h"

namespace bench {

// What a container runs that only has to be there. WHY not "workload idle": it says that it is ready, and nobody reads
// the output of a detached container any more (SIGPIPE).
inline const Arguments kStanding = {"busybox", "sleep", "1000000"};

class OciRuntime : public Platform {
 public:
  OciRuntime(const Workspace& workspace, std::string name, BundleKind kind)
      : workspace_(workspace), name_(std::move(name)), kind_(kind) {}
  ~OciRuntime() override;
  std::string name() const override { return name_ + suffix_of(kind_); }
  std::string prepare() override;
  std::string version() override { return version_of(program()); }
  // `RUNTIME run`, with an id of its own, and a cgroup of its own among those expected together.
  Arguments command(const Arguments& arguments) override;
  // A bundle whose cgroup has these shares, and no quota.
  std::optional<Arguments> command_with_shares(const Arguments& arguments, int shares) override;
  void expect_together(int count) override { together_ = count; }
  ImageSize image_size() override;

  // The other verbs, for workloads that take a start apart. A `create` wants its pid in a file.
  std::string next_id();
  Arguments create(const std::string& id, const std::string& pid_file, const Arguments& arguments);
  // `run --detach`; the container stays until it is removed.
  Arguments start_detached(const std::string& id, const Arguments& arguments);
  Arguments verb(const std::string& verb, const std::string& id, const Arguments& rest = {}) const;
  // The id of a running container that waits to be joined; made at the first call, gone with this object.
  const std::string& waiting_container();

  std::string state_folder() const { return workspace_.run_folder() + "/" + name_; }

 protected:
  virtual std::string program() const { return find_program(name_); }

 private:
  // `place` tells apart the cgroups of containers that are there together.
  std::string bundle_for(const Arguments& arguments, const std::string& place,
                         std::optional<int> shares = std::nullopt);
  std::string place() const;
  const Workspace& workspace_;
  std::string name_;
  BundleKind kind_;
  int together_ = 1;
  int ids_ = 0;
  std::string waiting_;
  Arguments remove_waiting_;
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
