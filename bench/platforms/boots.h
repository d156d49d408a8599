// A virtual machine to READY, three ways: what QEMU alone charges for it, and what vm-launcher makes of it.
//
// READY is the first byte of the guest's agent for QEMU alone, and the launcher's own time stamp for the launcher, whose
// start and end as a process are counted in. Reads: vm-launcher/README.md, docs/decisions/0029-warm-start.md.
#pragma once

#include "bench/platforms/platform.h"
#include "bench/platforms/workspace.h"

namespace bench {

struct BootedMachine {
  std::string profile;
  std::string accelerator;
};

// run() ends at READY, whatever it is told to run.
class ToReady : public Platform {
 public:
  ToReady(const Workspace& workspace, BootedMachine machine)
      : workspace_(workspace), machine_(std::move(machine)) {}
  Technique technique() const override { return Technique::vm; }
  std::string accelerator() const override { return machine_.accelerator; }
  std::string prepare() override;
  std::chrono::seconds deadline() const override { return std::chrono::seconds(40); }
  ImageSize image_size() override { return {std::nullopt, "not measured: all boot the same files"}; }

 protected:
  // vm-launcher VERB with this machine, and the root file system of all platforms.
  Arguments launcher(const std::string& verb) const;
  const Workspace& workspace_;
  BootedMachine machine_;
};

class QemuAlone : public ToReady {
 public:
  using ToReady::ToReady;
  std::string name() const override { return "qemu"; }
  std::string title() const override { return "QEMU alone"; }
  std::string prepare() override;
  Arguments command(const Arguments&) override { return command_; }
  Run run(const Arguments& arguments) override;

 private:
  Arguments command_;
};

class LauncherToReady : public ToReady {
 public:
  // `start`: "cold" or "warm".
  LauncherToReady(const Workspace& workspace, BootedMachine machine, std::string start)
      : ToReady(workspace, std::move(machine)), start_(std::move(start)) {}
  std::string name() const override { return "vm-launcher-" + start_; }
  std::string title() const override { return "vm-launcher, " + start_; }
  Arguments command(const Arguments& arguments) override;
  Run run(const Arguments& arguments) override;

 private:
  std::string timings_file() const { return workspace_.path() + "/timings-" + start_ + ".json"; }
  std::string start_;
};

}  // namespace bench
