// vm-launcher: virtual machines with the image, the command and the habits of a container. One function a verb, in
// verbs.h; this file only reads the command line. Reads: docs/decisions/0010-embedded-libvirt.md.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/completion/completion.h"
#include "base/sys/console.h"
#include "base/sys/process.h"
#include "vm-launcher/cli/verbs.h"

namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  vm-launcher run busybox -- uname -a\n"
    "  vm-launcher run --profile devices --memory 512 busybox -- sh -c 'ls /dev; exit 3'\n"
    "  vm-launcher run --accel tcg --timings boot.json busybox -- true\n"
    "  vm-launcher run --scratch 256m:/data busybox -- df -h /data\n"
    "  vm-launcher run --disk data.raw:/data busybox -- ls /data   (truncate -s 1G data.raw; mke2fs -t ext4 "
    "data.raw)\n"
    "  vm-launcher run --kernel bzImage --initrd root.cpio -- /bin/sh -c 'cat /proc/version'\n"
    "  vm-launcher list --format json\n"
    "  vm-launcher console NAME          (Ctrl-] leaves)\n"
    "  vm-launcher stop NAME\n"
    "  vm-launcher doctor\n"
    "The exit code is the command's; 125 when vm-launcher itself failed, 126 and 127 as Docker.\n";

struct Options {
  vm::RunRequest run;
  std::string profile;
  std::string memory;
  sys::TraceRequest trace;
  vm::BootRequest boot;
  std::string name;
  std::string format = "text";
  int grace_s = 10;
  bool refresh = false;
};

// Each as it is read: the order on the command line is that of the guest's disks, whichever option made them.
void add_disks(CLI::App& run, std::vector<vm::DiskSpec>& disks) {
  const auto add = [&](const char* option, const char* help, vm::DiskSpec (*parse)(const std::string&)) {
    run.add_option_function<std::vector<std::string>>(
           option,
           [&disks, parse](const std::vector<std::string>& texts) {
             for (const std::string& text : texts)
               disks.push_back(parse(text));
           },
           help)
        ->allow_extra_args(false)
        ->trigger_on_parse();
  };
  add("--disk", "FILE[:/MOUNTPOINT][:ro]: a raw or (named so) .qcow2 file as a disk; ext4 if it is mounted",
      vm::parse_disk);
  add("--scratch", "SIZE[:/MOUNTPOINT]: an empty disk (64m, 1g) on the host's disk, gone after the run",
      vm::parse_scratch);
}

CLI::App* add_run(CLI::App& app, Options& options) {
  CLI::App* run = app.add_subcommand("run", "Boot a VM and run one command of the image in it");
  run->footer(kExamples);
  run->prefix_command();
  run->add_option("--accel", options.run.accelerator, "auto, kvm or tcg (emulation)")
      ->check(CLI::IsMember({"auto", "kvm", "tcg"}))
      ->capture_default_str();
  run->add_option("--profile", options.profile,
                  "tiny: microvm, serial only (default); devices: microvm with virtio (default with a disk); "
                  "compat: q35")
      ->check(CLI::IsMember({"tiny", "devices", "compat"}));
  run->add_option("-m,--memory", options.memory, "Memory: 512m, 1g, or MiB (default: enough for the image)");
  run->add_option("--cpus", options.run.cpus, "Virtual CPUs")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  CLI::Option* cold = run->add_flag_callback(
      "--cold", [&] { options.run.warmth = vm::Warmth::cold; },
      "Boot, even if there is a snapshot to go on from");
  run->add_flag_callback(
         "--warm", [&] { options.run.warmth = vm::Warmth::warm; },
         "Go on from a snapshot, saved first if there is none; default for an image without disks")
      ->excludes(cold);
  add_disks(*run, options.run.disks);
  run->add_option("--name", options.run.name, "Name for list, stop and console");
  run->add_option("-e,--env", options.run.environment, "NAME=value for the command")->allow_extra_args(false);
  run->add_option("-w,--workdir", options.run.directory, "Working directory");
  run->add_option("-u,--user", options.run.user, "User[:group] in the guest");
  run->add_flag("-i,--interactive", options.run.interactive, "Pass standard input to the command");
  run->add_option("--kernel", options.run.kernel, "bzImage or vmlinux instead of Debian's cloud kernel");
  run->add_option("--initrd", options.run.source.initrd,
                  "Root file system: a cpio archive instead of an image");
  run->add_option("--rootfs", options.run.source.tar, "Root file system: a tar archive instead of an image");
  run->add_option("--connect", options.run.connect, "libvirt URI (default: embedded, no daemon)");
  run->add_option("--timeout", options.run.timeout_s, "Seconds to wait for READY")->capture_default_str();
  run->add_option("--timings", options.run.timings,
                  "Write the boot's time stamps as JSON to a file, or fd:N");
  run->add_flag("--explain", options.trace.explain, "Show each phase and kernel call, with its reason");
  run->add_flag("--step", options.trace.step, "Wait for Enter before each phase");
  run->add_option("--trace", options.trace.file, "Write the same as JSON lines to a file");
  return run;
}

CLI::App* add_boot(CLI::App& app, Options& options) {
  CLI::App* boot = app.add_subcommand("boot", "Draw one boot, and measure what each part of it costs");
  boot->footer(
      "Examples:\n"
      "  vm-launcher boot busybox\n"
      "  vm-launcher boot --profile devices --repetitions 10 --without audit --without quiet busybox\n"
      "  vm-launcher boot --rootfs root.tar --with mitigations=off --cpu max --repetitions 10 --format json\n"
      "  sh -c \"$(vm-launcher boot --command busybox | xargs -d '\\n' printf '%q ')\"   (QEMU alone)\n"
      "Behind it: guest-init tells when it was up, the kernel's clock says when that began, initcall_debug "
      "what took long.\n"
      "Each variant differs from the shipped machine in one thing; all are booted in turn.\n");
  boot->add_option("IMAGE", options.boot.of.source.image, "Whose root file system the guest has");
  boot->add_option("--rootfs", options.boot.of.source.tar,
                   "Root file system: a tar archive instead of an image");
  boot->add_option("--accel", options.boot.of.accelerator, "auto, kvm or tcg (emulation)")
      ->check(CLI::IsMember({"auto", "kvm", "tcg"}))
      ->capture_default_str();
  boot->add_option("--profile", options.profile, "tiny, devices or compat")
      ->check(CLI::IsMember({"tiny", "devices", "compat"}));
  boot->add_option("--without", options.boot.without,
                   "Measure without this word of the kernel's command line")
      ->allow_extra_args(false);
  boot->add_option("--with", options.boot.with, "Measure with one more word on it")->allow_extra_args(false);
  boot->add_option("--cpu", options.boot.processors, "Measure with another processor of QEMU's")
      ->allow_extra_args(false);
  boot->add_option("--repetitions", options.boot.repetitions, "Boots of each variant")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  boot->add_flag("--command", options.boot.command,
                 "Print QEMU's command line, a word a line, and boot nothing");
  return boot;
}

int boot(Options& options, vm::Timeline& timeline) {
  vm::BootRequest& request = options.boot;
  if (request.of.source.image.empty() && request.of.source.tar.empty()) request.of.source.nothing = true;
  request.of.profile = vm::profile_named(options.profile);
  const bool varied = !request.without.empty() || !request.with.empty() || !request.processors.empty();
  if (varied && request.repetitions == 0) request.repetitions = 5;
  return vm::boot(request, options.format == "json", timeline);
}

// What stands after the options: IMAGE [--] COMMAND..., or [--] COMMAND... when the root comes from a file.
void take_rest(vm::RunRequest& request, std::vector<std::string> rest) {
  const bool from_file = !request.source.initrd.empty() || !request.source.tar.empty();
  if (!from_file) {
    if (rest.empty()) throw std::runtime_error("run: name an image, or give --rootfs or --initrd");
    request.source.image = rest.front();
    rest.erase(rest.begin());
  }
  request.command.insert(request.command.begin(), rest.begin(), rest.end());
}

// WHY by hand: CLI11 gives what follows "--" in a subcommand to the main program.
std::vector<std::string> cut_at_dashes(std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return {};
  std::vector<std::string> after(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return after;
}

int run(Options& options, const CLI::App& command, vm::Timeline& timeline) {
  take_rest(options.run, command.remaining());
  options.run.profile = vm::profile_named(options.profile);
  if (!options.memory.empty()) options.run.memory_mib = vm::mebibytes("--memory", options.memory);
  sys::start_tracing(options.trace);
  return vm::run(options.run, timeline);
}

int dispatch(int argc, char** argv, vm::Timeline& timeline) {
  Options options;
  CLI::App app("vm-launcher: virtual machines as easy as containers", "vm-launcher");
  app.footer(kExamples);
  app.require_subcommand(1);
  const CLI::App* run_verb = add_run(app, options);
  const auto with_format = [&](CLI::App* verb) {
    verb->add_option("--format", options.format, "text or json")->check(CLI::IsMember({"text", "json"}));
    return verb;
  };
  const CLI::App* boot_verb = with_format(add_boot(app, options));
  const CLI::App* prune =
      app.add_subcommand("prune", "Remove all snapshots; VMs that run keep theirs until they end");
  const CLI::App* list = with_format(app.add_subcommand("list", "Running VMs")->alias("ls"));
  CLI::App* stop =
      app.add_subcommand("stop", "SIGTERM to the command, and the end of the VM after a grace period");
  stop->add_option("NAME", options.name)->required();
  stop->add_option("-t,--time", options.grace_s, "Seconds of grace")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  CLI::App* console = app.add_subcommand("console", "The serial console of a running VM; Ctrl-] leaves");
  console->add_option("NAME", options.name)->required();
  CLI::App* doctor = with_format(app.add_subcommand("doctor", "What this host can do, and the proof"));
  doctor->add_flag("--refresh", options.refresh, "Probe KVM again");
  completion::add_verb(
      app,
      {"vm-launcher", "vm-launcher list | awk 'NR > 1 { print $1 }'", {{"run", "mini-container images -q"}}});
  std::vector<std::string> arguments(argv + 1, argv + argc);
  options.run.command = cut_at_dashes(arguments);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 125;
  }
  const bool json = options.format == "json";
  if (run_verb->parsed()) return run(options, *run_verb, timeline);
  if (list->parsed()) return vm::list(json);
  if (stop->parsed()) return vm::stop(options.name, options.grace_s);
  if (console->parsed()) return vm::console(options.name);
  if (boot_verb->parsed()) return boot(options, timeline);
  if (prune->parsed()) return vm::prune();
  if (doctor->parsed()) return vm::doctor(json, options.refresh);
  return 0;  // completion has printed its script
}

}  // namespace

int main(int argc, char** argv) {
  vm::Timeline timeline;
  trace::set_role(trace::Role::launcher);
  int code = 125;
  try {
    code = dispatch(argc, argv, timeline);
  } catch (const std::exception& error) {
    vm::say(error.what());
  }
  // WHY: libvirt's threads may still run (see launch/run.cpp); destructors of globals would pull data from under them.
  std::fflush(nullptr);
  sys::exit_now(code);
}
