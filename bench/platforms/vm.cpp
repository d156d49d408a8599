// See vm.h.
#include "bench/platforms/vm.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/sys/file.h"

namespace bench {

namespace {

// The launcher's stages: an object of names and milliseconds since its request; what is null did not happen.
std::map<std::string, Nanoseconds> stages_of(const std::string& text) {
  std::map<std::string, Nanoseconds> stages;
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (!document.is_object()) return stages;
  for (const auto& [name, value] : document.items()) {
    if (!value.is_number() || name == "request") continue;
    stages[name] = std::chrono::duration_cast<Nanoseconds>(
        std::chrono::duration<double, std::milli>(value.get<double>()));
  }
  return stages;
}

}  // namespace

std::string Vm::title() const {
  const std::string title = accelerator_ == "kvm" ? "VM (kvm)" : "emulated VM (tcg)";
  return is_warm() ? title + ", from a snapshot" : title;
}

std::string Vm::prepare() {
  if (!sys::exists(program())) return "vm-launcher is not built";
  if (find_program("qemu-system-x86_64").empty()) {
    return "QEMU is not installed: apt-get install qemu-system-x86";
  }
  return {};
}

Arguments Vm::command_with(const Arguments& options, const Arguments& arguments) {
  Arguments all = {program(),
                   "run",
                   "--accel",
                   accelerator_,
                   "--" + start_,
                   "--name",
                   fmt::format("{}-{}", instance_name(), ++runs_),
                   "--timings",
                   timings_file(),
                   "--rootfs",
                   workspace_.archive()};
  all.insert(all.end(), options.begin(), options.end());
  all.emplace_back("--");
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

Arguments Vm::command(const Arguments& arguments) {
  return command_with({}, arguments);
}

Run Vm::run_writing(const Arguments& arguments) {
  Arguments command = command_with({"--scratch", "128m:/scratch"}, arguments);
  // Where vm-launcher puts a scratch disk.
  command.insert(command.begin(), {"env", "TMPDIR=" + workspace_.path()});
  return timed_run(command, deadline());
}

Run Vm::run(const Arguments& arguments) {
  sys::unlink_if_present(timings_file());
  Run run = Platform::run(arguments);
  run.stages = stages_of(sys::read_file_if_present(timings_file()).value_or(""));
  return run;
}

ImageSize Vm::image_size() {
  return {bytes_under(workspace_.rootfs()), "root file system; the kernel comes on top"};
}

}  // namespace bench
