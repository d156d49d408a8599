// A virtual machine that vm-launcher boots for one command, from the same root file system as the containers.
//
// One class, two platforms: under KVM and under emulation. What emulation costs is emulation's and is never
// printed as a virtual machine's. Reads: vm-launcher/README.md.
#pragma once

#include "bench/platforms/platform.h"
#include "bench/platforms/workspace.h"

namespace bench {

class Vm : public Platform {
 public:
  // `accelerator`: "kvm" or "tcg".
  Vm(const Workspace& workspace, std::string accelerator)
      : workspace_(workspace), accelerator_(std::move(accelerator)) {}
  std::string name() const override { return "vm-" + accelerator_; }
  std::string title() const override { return accelerator_ == "kvm" ? "VM (kvm)" : "emulated VM (tcg)"; }
  Technique technique() const override { return Technique::vm; }
  std::string accelerator() const override { return accelerator_; }
  std::string prepare() override;
  std::string version() override { return version_of(find_program("qemu-system-x86_64")); }
  Arguments command(const Arguments& arguments) override;
  // Adds the launcher's own time stamps as stages.
  Run run(const Arguments& arguments) override;
  // On a disk whose file lies in the workspace: on the file system where the process and the containers write.
  Run run_writing(const Arguments& arguments) override;
  std::string scratch_file() const override { return "/scratch/workload.tmp"; }
  std::chrono::seconds deadline() const override { return std::chrono::seconds(40); }
  ImageSize image_size() override;

 private:
  Arguments command_with(const Arguments& options, const Arguments& arguments);
  static std::string program() { return sibling_program("vm-launcher"); }
  std::string timings_file() const { return workspace_.path() + "/timings-" + accelerator_ + ".json"; }
  const Workspace& workspace_;
  std::string accelerator_;
  int runs_ = 0;
};

}  // namespace bench
