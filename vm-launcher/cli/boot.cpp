// `boot`: draws one boot, and prints what each variant costs. See verbs.h.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/sys/identity.h"
#include "base/sys/process.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cli/verbs.h"
#include "vm-launcher/launch/ladder.h"

namespace vm::cli {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kBarWidth = 40;
constexpr std::size_t kInitcallsShown = 8;

double quantile(std::vector<double> values, double fraction) {
  std::sort(values.begin(), values.end());
  const double place = fraction * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const double above = low + 1 < values.size() ? values[low + 1] - values[low] : 0;
  return values[low] + (place - static_cast<double>(low)) * above;
}

void draw_rung(const char* name, double from, double to, double whole) {
  const auto column = [&](double at) {
    return static_cast<std::size_t>(std::clamp(at / whole, 0.0, 1.0) * static_cast<double>(kBarWidth));
  };
  const std::size_t start = column(from);
  const std::size_t length = std::max<std::size_t>(1, column(to) - start);
  fmt::print("{:<34} {:>7.0f} ms  {}{}\n", name, to - from, std::string(start, ' '),
             std::string(length, '#'));
}

void draw(const Ladder& ladder) {
  const double kernel = ladder.kernel.value_or(ladder.qemu);
  const double first_task = ladder.first_task.value_or(ladder.ready);
  draw_rung("libvirt and QEMU's own start", 0, ladder.qemu, ladder.ready);
  draw_rung("QEMU to the kernel's clock", ladder.qemu, kernel, ladder.ready);
  draw_rung("kernel", kernel, first_task, ladder.ready);
  draw_rung("PID 1: mounts, modules, READY", first_task, ladder.ready, ladder.ready);
  fmt::print("{:<34} {:>7.0f} ms\n", "in all", ladder.ready);
  if (ladder.initcalls.empty()) return;
  fmt::print("\nThe longest initcalls, by the kernel's clock, of a second boot that tells of each:\n");
  for (std::size_t index = 0; index < std::min(kInitcallsShown, ladder.initcalls.size()); ++index)
    fmt::print("  {:<32} {:>7.1f} ms\n", ladder.initcalls[index].name, ladder.initcalls[index].milliseconds);
}

void print_costs(const std::vector<Measured>& all) {
  fmt::print(
      "\nlibvirt's call to READY, ms; each in turn with the others:\n  {:<36} {:>4} {:>8} {:>17} {:>8}\n", "",
      "n", "median", "quartiles", "costs");
  const bool comparable = !all.front().ready_ms.empty();
  const double plain = comparable ? quantile(all.front().ready_ms, 0.5) : 0;
  for (const Measured& one : all) {
    const std::string name = one.name.empty() ? "as shipped" : one.name;
    const std::string failed =
        one.failed == 0 ? "" : fmt::format("  {} did not reach READY: {}", one.failed, one.why);
    if (one.ready_ms.empty()) {
      fmt::print("  {:<36} {:>4}{}\n", name, 0, failed);
      continue;
    }
    const double median = quantile(one.ready_ms, 0.5);
    const std::string costs = one.name.empty() || !comparable ? "" : fmt::format("{:+.0f}", median - plain);
    fmt::print("  {:<36} {:>4} {:>8.0f} {:>8.0f}-{:<8.0f} {:>8}{}\n", name, one.ready_ms.size(), median,
               quantile(one.ready_ms, 0.25), quantile(one.ready_ms, 0.75), costs, failed);
  }
}

ordered_json to_json(const Ladder& ladder, const std::vector<Measured>& all, const Machine& machine) {
  ordered_json value = {{"unit", "ms since libvirt was asked"},
                        {"accelerator", name_of(machine.accelerator)},
                        {"profile", name_of(machine.profile)},
                        {"qemu_started", ladder.qemu},
                        {"kernel", nullptr},
                        {"first_task", nullptr},
                        {"ready", ladder.ready}};
  if (ladder.kernel) value["kernel"] = *ladder.kernel;
  if (ladder.first_task) value["first_task"] = *ladder.first_task;
  for (const Initcall& call : ladder.initcalls)
    value["initcalls"].push_back({{"name", call.name}, {"ms", call.milliseconds}});
  for (const Measured& one : all)
    value["variants"].push_back(
        {{"name", one.name}, {"ready_ms", one.ready_ms}, {"failed", one.failed}, {"why", one.why}});
  return value;
}

struct BootRequest {
  RunRequest of;
  Choices choices;
  std::string profile;
  std::string format = "text";
  int repetitions = 0;
  bool command = false;  // print QEMU's command line instead
};

void boot(BootRequest& request, Timeline& timeline) {
  if (request.of.source.image.empty() && request.of.source.tar.empty()) request.of.source.nothing = true;
  request.of.profile = profile_named(request.profile);
  if (request.choices.any() && request.repetitions == 0) request.repetitions = 5;
  sys::set_child_subreaper();
  Launcher launcher(VmFolder(run_directory(), fmt::format("boot-{}", sys::getpid())), "", timeline);
  const Machine machine = machine_of(request.of, launcher);
  const auto variants = variants_of(machine, request.choices);
  if (request.command) {
    for (const std::string& word : qemu_command(machine))
      fmt::print("{}\n", word);
    return;
  }
  const Ladder ladder = climb(launcher, machine, timeline);
  const auto measured =
      request.repetitions == 0 ? std::vector<Measured>{} : measure(launcher, variants, request.repetitions);
  if (request.format == "json") return fmt::print("{}\n", to_json(ladder, measured, machine).dump(2));
  fmt::print("{} under {}\n\n", name_of(machine.profile),
             machine.accelerator == Accelerator::kvm ? "kvm" : "tcg: these are emulation's times");
  draw(ladder);
  if (!measured.empty()) print_costs(measured);
}

constexpr char kExamples[] =
    "boot busybox\n"
    "boot --profile devices --repetitions 10 --without audit --without quiet busybox\n"
    "boot --kernel /boot/vmlinuz --initrd root.cpio.zst --tb-cache 64 --repetitions 10 busybox\n"
    "boot --rootfs root.tar --with mitigations=off --cpu max --repetitions 10 --format json\n"
    "boot --command busybox                    (QEMU alone: its words, a line each)";
constexpr char kBehind[] =
    "guest-init tells when it was up, the kernel's clock says when that began, initcall_debug what took "
    "long. Each variant "
    "differs from the shipped machine in one thing; all are booted in turn.";

}  // namespace

void add_boot(CLI::App& app, Context& context) {
  CLI::App* command =
      add_verb(app, {"boot", "Draw one boot, and measure what each part of it costs", kExamples, kBehind});
  const auto options = std::make_shared<BootRequest>();
  command->add_option("IMAGE", options->of.source.image, "Whose root file system the guest has");
  command->add_option("--rootfs", options->of.source.tar,
                      "Root file system: a tar archive instead of an image");
  command->add_option("--accel", options->of.accelerator, "auto, kvm or tcg (emulation)")
      ->check(CLI::IsMember({"auto", "kvm", "tcg"}))
      ->capture_default_str();
  command->add_option("--profile", options->profile, "tiny, devices or compat")
      ->check(CLI::IsMember({"tiny", "devices", "compat"}));
  Choices& choices = options->choices;
  command->add_option("--without", choices.without, "Measure without this word of the kernel's command line")
      ->allow_extra_args(false);
  command->add_option("--with", choices.with, "Measure with one more word on it")->allow_extra_args(false);
  command->add_option("--cpu", choices.processors, "Measure with another processor of QEMU's")
      ->allow_extra_args(false);
  command->add_option("--kernel", choices.kernels, "Measure with another kernel: a bzImage, a vmlinux")
      ->check(CLI::ExistingFile)
      ->allow_extra_args(false);
  command->add_option("--initrd", choices.initrds, "Measure with another initramfs: the same one compressed")
      ->check(CLI::ExistingFile)
      ->allow_extra_args(false);
  command->add_option("--tb-cache", choices.tb_caches, "Measure with so many MiB for translated code")
      ->check(CLI::Range(1, 65536))
      ->allow_extra_args(false);
  command->add_option("--repetitions", options->repetitions, "Boots of each variant")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  command->add_flag("--command", options->command,
                    "Print QEMU's command line, a word a line, and boot nothing");
  command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->final_callback([options, &context] {
    context.failure_code = 125;
    boot(*options, context.timeline);
  });
}

}  // namespace vm::cli
