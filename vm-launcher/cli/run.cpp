// `run` and `create`. See verbs.h.
#include "base/sys/console.h"
#include "vm-launcher/cli/verbs.h"
#include "vm-launcher/launch/detached.h"
#include "vm-launcher/launch/own_system.h"

#include <fmt/format.h>

namespace vm::cli {

namespace {

constexpr char kRunExamples[] =
    "run busybox -- uname -a\n"
    "run -it busybox -- sh\n"
    "run -d --name web -p 8080:80 busybox -- httpd -f -p 80\n"
    "run --profile devices --memory 512m busybox -- sh -c 'ls /dev; exit 3'\n"
    "run --accel tcg --timings boot.json busybox -- true\n"
    "run -d --name web --network lecture busybox -- httpd -f -p 80   (mini-container network create "
    "lecture)\n"
    "run -v ./data:/data:ro busybox -- ls /data\n"
    "run --scratch 256m:/data busybox -- df -h /data\n"
    "run --disk data.raw:/data busybox -- ls /data   (truncate -s 1G data.raw; mke2fs -t ext4 data.raw)\n"
    "run -it --disk debian.qcow2 --cloud-init user-data.yaml\n"
    "run --kernel bzImage --initrd root.cpio -- /bin/sh -c 'cat /proc/version'";
constexpr char kRunBehind[] =
    "the image becomes an initramfs with our own PID 1; libvirt, inside this process, starts QEMU; the "
    "command's streams "
    "and exit code come back in frames over a serial line. Without -d nothing stays. With -d a supervisor "
    "process "
    "holds the VM, and its exit code and logs stay until rm.";

struct Options {
  RunRequest request;
  std::string profile;
  std::string memory;
  std::vector<std::string> ports;
  std::string network;
  sys::TraceRequest trace;
  bool detach = false;
};

// Each as it is read: the order on the command line is that of the guest's disks, whichever option made them.
void add_disks(CLI::App& run, std::vector<DiskSpec>& disks) {
  const auto add = [&](const char* option, const char* help, DiskSpec (*parse)(const std::string&)) {
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
  add("--disk",
      "FILE[:/MOUNTPOINT][:ro]: a raw or (named so) .qcow2 file as a disk; ext4 if it is mounted. Without an "
      "image the first one boots, and stays as it is unless :rw says otherwise",
      parse_disk);
  add("--scratch", "SIZE[:/MOUNTPOINT]: an empty disk (64m, 1g) on the host's disk, gone after the run",
      parse_scratch);
}

void add_machine_options(CLI::App& command, Options& options) {
  RunRequest& request = options.request;
  command.add_option("--accel", request.accelerator, "auto, kvm or tcg (emulation)")
      ->check(CLI::IsMember({"auto", "kvm", "tcg"}))
      ->capture_default_str();
  command
      .add_option(
          "--profile", options.profile,
          "tiny: microvm, serial only (default); devices: microvm with virtio (default with a disk or a "
          "network); compat: q35")
      ->check(CLI::IsMember({"tiny", "devices", "compat"}));
  command.add_option("-m,--memory", options.memory,
                     "Memory: 512m, 1g, or MiB (default: enough for the image)");
  command.add_option("--cpus", request.cpus, "Virtual CPUs")->check(CLI::Range(1, 64))->capture_default_str();
  CLI::Option* cold = command.add_flag_callback(
      "--cold", [&request] { request.warmth = Warmth::cold; },
      "Boot, even if there is a snapshot to go on from");
  command
      .add_flag_callback(
          "--warm", [&request] { request.warmth = Warmth::warm; },
          "Go on from a snapshot, saved first if there is none; default for an image without disks or "
          "network")
      ->excludes(cold);
  add_disks(command, request.disks);
  command
      .add_option("--cloud-init", request.cloud_init,
                  "user-data for the system on the first disk: #cloud-config, or a script")
      ->check(CLI::ExistingFile);
  command
      .add_option_function<std::vector<std::string>>(
          "-v,--volume",
          [&request](const std::vector<std::string>& texts) {
            for (const std::string& text : texts)
              request.shares.push_back(parse_share(text));
          },
          "HOST:GUEST[:ro]: a folder of the host, by virtiofs (as root)")
      ->allow_extra_args(false)
      ->trigger_on_parse();
  command.add_option(
      "--network", options.network,
      "none (default); user: out through QEMU (default with -p); bridge, or another network of "
      "mini-container's: beside its containers");
  command.add_option("-p,--publish", options.ports, "[ADDRESS:]HOSTPORT:GUESTPORT[/tcp|/udp]")
      ->allow_extra_args(false);
  command.add_option("--kernel", request.kernel, "bzImage or vmlinux instead of Debian's cloud kernel");
  command.add_option("--initrd", request.source.initrd,
                     "Root file system: a cpio archive instead of an image");
  command.add_option("--rootfs", request.source.tar, "Root file system: a tar archive instead of an image");
  command.add_option("--connect", request.connect, "libvirt URI (default: embedded, no daemon)");
  command.add_option("--timeout", request.timeout_s, "Seconds to wait for READY")->capture_default_str();
  command.add_option("--timings", request.timings, "Write the boot's time stamps as JSON to a file, or fd:N");
}

void add_command_options(CLI::App& command, Options& options) {
  RunRequest& request = options.request;
  command.prefix_command();
  command.add_option("--name", request.name, "Name for all other verbs (default: one that is made up)");
  command.add_option("-e,--env", request.environment, "NAME=value for the command")->allow_extra_args(false);
  command.add_option("-w,--workdir", request.directory, "Working directory");
  command.add_option("-u,--user", request.user, "User[:group] in the guest");
  command.add_flag("-t,--tty", request.tty, "Give the command a terminal");
  command.add_flag("--rm", request.remove,
                   "With -d and create: keep nothing after its end. Without -d nothing is kept anyway");
}

// What stands after the options: IMAGE [--] COMMAND..., or [--] COMMAND... when the root comes from a file.
void take_rest(Options& options, const CLI::App& command, const Context& context) {
  RunRequest& request = options.request;
  std::vector<std::string> rest = command.remaining();
  const bool from_file = !request.source.initrd.empty() || !request.source.tar.empty();
  const bool from_disk = rest.empty() && !request.disks.empty();
  if (!from_file && !from_disk) {
    if (rest.empty())
      throw std::runtime_error(
          fmt::format("{}: name an image, or give --rootfs, --initrd or --disk", command.get_name()));
    request.source.image = rest.front();
    rest.erase(rest.begin());
  }
  request.command = rest;
  request.command.insert(request.command.end(), context.command.begin(), context.command.end());
  request.profile = profile_named(options.profile);
  if (request.own_system()) check_own_system(request);
  if (!request.own_system() && !request.cloud_init.empty())
    throw std::runtime_error(
        "--cloud-init: an image's VM has guest-init, which reads none. Next: boot a --disk");
  if (!options.memory.empty()) request.memory_mib = mebibytes("--memory", options.memory);
  for (const std::string& port : options.ports)
    request.ports.push_back(parse_port(port));
  if (options.network == "none" && !request.ports.empty())
    throw std::runtime_error("-p with --network none: there is no way in. Next: leave --network out");
  if (!request.shares.empty() && !request.connect.empty())
    throw std::runtime_error("-v with --connect: a QEMU of another user cannot reach the folder's server");
  request.network = !options.network.empty() ? options.network : request.ports.empty() ? "none" : "user";
}

int run_detached(const RunRequest& request) {
  const std::string name = create_vm(request);
  const int code = start_vm(name);
  if (code == 0) fmt::print("{}\n", name);
  return code;
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  CLI::App* run_verb =
      add_verb(app, {"run", "Boot a VM and run one command of the image in it", kRunExamples, kRunBehind});
  const auto options = std::make_shared<Options>();
  add_command_options(*run_verb, *options);
  add_machine_options(*run_verb, *options);
  run_verb->add_flag("-i,--interactive", options->request.interactive, "Pass standard input to the command");
  run_verb->add_flag("-d,--detach", options->detach, "Leave it running, and print its name");
  run_verb->add_flag("--explain", options->trace.explain, "Show each phase and kernel call, with its reason");
  run_verb->add_flag("--step", options->trace.step, "Wait for Enter before each phase");
  run_verb->add_option("--trace", options->trace.file, "Write the same as JSON lines to a file");
  run_verb->final_callback([options, run_verb, &context] {
    context.failure_code = 125;
    take_rest(*options, *run_verb, context);
    sys::start_tracing(options->trace);
    context.exit_code =
        options->detach ? run_detached(options->request) : run(options->request, context.timeline);
  });
  CLI::App* create = add_verb(
      app, {"create", "Make a VM that start will boot",
            "create --name web -p 8080:80 busybox -- httpd -f -p 80\nstart web",
            "a folder below /run/vm-launcher with what run was told, in config.json. Nothing runs yet."});
  const auto created = std::make_shared<Options>();
  add_command_options(*create, *created);
  add_machine_options(*create, *created);
  create->final_callback([created, create, &context] {
    take_rest(*created, *create, context);
    fmt::print("{}\n", create_vm(created->request));
  });
}

void add_supervise(CLI::App& app, Context& context) {
  struct Supervised {
    std::string name;
    int report = -1;
  };
  CLI::App* command = app.add_subcommand("supervise", "The process that holds a detached VM")->group("");
  const auto options = std::make_shared<Supervised>();
  command->add_option("NAME", options->name)->required();
  command->add_option("REPORT", options->report)->required();
  command->final_callback([options, &context] {
    sys::start_tracing({});
    context.exit_code = supervise(options->name, options->report, context.timeline);
  });
}

}  // namespace vm::cli
