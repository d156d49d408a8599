// A virtual machine that vm-launcher boots for one command, from the same root file system as the containers.
//
// One class, four platforms: under KVM and under emulation, booting and going on from a snapshot. What emulation costs is emulation's and is never
// printed as a virtual machine's. Reads: vm-launcher/README.md.
#pragma once

#include "bench/platforms/platform.h"
#include "bench/platforms/workspace.h"

namespace bench {

class Vm : public Platform {
 public:
  // `accelerator`: "kvm" or "tcg"; `start`: "cold" or "warm".
  Vm(const Workspace& workspace, std::string accelerator, std::string start)
      : workspace_(workspace), accelerator_(std::move(accelerator)), start_(std::move(start)) {}
  std::string name() const override { return "vm-" + accelerator_ + (is_warm() ? "-warm" : ""); }
  std::string title() const override;
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
  // A VM that was saved computes as it did before: only its start and its memory are others.
  bool measured_by(const std::string& workload) const override {
    return !is_warm() || workload == "start" || workload == "memory";
  }
  std::chrono::seconds deadline() const override { return std::chrono::seconds(40); }
  ImageSize image_size() override;

 private:
  Arguments command_with(const Arguments& options, const Arguments& arguments);
  static std::string program() { return sibling_program("vm-launcher"); }
  std::string timings_file() const { return workspace_.path() + "/timings-" + name() + ".json"; }
  const Workspace& workspace_;
  bool is_warm() const { return start_ == "warm"; }
  std::string accelerator_;
  std::string start_;
  int runs_ = 0;
};

}  // namespace bench
