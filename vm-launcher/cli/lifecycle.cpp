// `start stop restart kill pause resume rm prune`: the life of VMs that are there. See verbs.h.
#include <fmt/format.h>

#include <csignal>
#include <stdexcept>

#include "base/text/signals.h"
#include "vm-launcher/cache/paths.h"
#include "vm-launcher/cli/client.h"
#include "vm-launcher/cli/verbs.h"
#include "vm-launcher/launch/detached.h"
#include "vm-launcher/snapshot/store.h"

namespace vm::cli {

namespace {

struct StopOptions {
  int grace_s = 10;
  std::string signal = "TERM";
};

void add_stop_options(CLI::App& command, StopOptions& options) {
  command.add_option("-t,--time", options.grace_s, "Seconds of grace")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("-s,--signal", options.signal, "What the command is asked to end with")
      ->capture_default_str();
}

int signal_of(const std::string& spelled) {
  const auto signal = text::signal_number(spelled);
  if (!signal) throw std::runtime_error(fmt::format("{}: no such signal", spelled));
  return *signal;
}

void stop(const std::string& name, const StopOptions& options) {
  const int signal = signal_of(options.signal);
  if (!known_vm(run_directory(), name).active()) return;  // as Docker: it is what was wanted
  ask(name, fmt::format("stop {} {}", options.grace_s, signal));
}

void start(const std::string& name) {
  if (known_vm(run_directory(), name).active()) return;
  if (start_vm(name) != 0) throw std::runtime_error(fmt::format("VM {} did not start", name));
}

void remove(const std::string& name, bool force) {
  const VmState state = known_vm(run_directory(), name);
  if (state.active() && !force) {
    throw std::runtime_error(
        fmt::format("VM {} is {}. Next: stop it before, or vm-launcher rm -f {}", name, state.status, name));
  }
  if (state.active()) ask(name, "kill");
  // One that is not kept has gone by itself.
  if (!state.kept) return;
  VmFolder::of_existing(run_directory(), name).remove();
}

void add_start(CLI::App& app, Context& context) {
  const auto named = add_verb_on_vms(
      app, {"start", "Boot a VM that was made by create, or has ended", "start web\nstart web db",
            "a supervisor process of its own session reads config.json and boots. The guest's root is "
            "memory: it begins "
            "anew, from the image."});
  named->command->final_callback([named, &context] { for_each_named(context, *named, start); });
}

void add_stop(CLI::App& app, Context& context) {
  const auto options = std::make_shared<StopOptions>();
  const auto named =
      add_verb_on_vms(app, {"stop", "End a VM: politely, then by force", "stop web\nstop -t 0 web",
                            "the signal goes to the VM's command; when that ends, disks are unmounted and "
                            "QEMU is ended. After the "
                            "grace guest-init is told to power off, and 2 s later QEMU is killed."});
  add_stop_options(*named->command, *options);
  named->command->final_callback([named, options, &context] {
    for_each_named(context, *named, [&](const std::string& name) { stop(name, *options); });
  });
  const auto again = std::make_shared<StopOptions>();
  const auto restarted =
      add_verb_on_vms(app, {"restart", "Stop a VM, and start it again", "restart web\nrestart -t 1 web",
                            "stop, then start: a new QEMU, a new kernel, an empty memory."});
  add_stop_options(*restarted->command, *again);
  restarted->command->final_callback([restarted, again, &context] {
    for_each_named(context, *restarted, [&](const std::string& name) {
      stop(name, *again);
      start(name);
    });
  });
}

void add_kill(CLI::App& app, Context& context) {
  const auto signal = std::make_shared<std::string>("KILL");
  const auto named = add_verb_on_vms(
      app, {"kill", "Pull the plug of a VM, or send its command a signal", "kill web\nkill -s HUP web",
            "KILL ends QEMU itself, as a power cut does: a mounted disk is not unmounted. Any other signal "
            "goes to the "
            "VM's command through guest-init."});
  named->command->add_option("-s,--signal", *signal, "KILL ends the VM, others go to its command")
      ->capture_default_str();
  named->command->final_callback([named, signal, &context] {
    const int number = signal_of(*signal);
    for_each_named(context, *named, [&](const std::string& name) {
      ask(name, number == SIGKILL ? "kill" : fmt::format("signal {}", number));
    });
  });
}

void add_pause(CLI::App& app, Context& context) {
  const auto paused = add_verb_on_vms(
      app,
      {"pause", "Stop the processors of a VM", "pause web",
       "virDomainSuspend: QEMU lets its virtual CPUs stand still. Memory stays, the guest's clock too."});
  paused->command->final_callback([paused, &context] {
    for_each_named(context, *paused, [](const std::string& name) { ask(name, "pause"); });
  });
  const auto resumed =
      add_verb_on_vms(app, {"resume", "Let a paused VM go on", "resume web",
                            "virDomainResume, and guest-init is told what time it has become."});
  resumed->command->alias("unpause");
  resumed->command->final_callback([resumed, &context] {
    for_each_named(context, *resumed, [](const std::string& name) { ask(name, "resume"); });
  });
}

void add_remove(CLI::App& app, Context& context) {
  const auto force = std::make_shared<bool>(false);
  const auto named = add_verb_on_vms(
      app,
      {"rm", "Remove a VM that does not run, with its logs", "rm web\nrm -f web",
       "the folder /run/vm-launcher/NAME is removed. Disks that were given by --disk stay as they are."});
  named->command->add_flag("-f,--force", *force, "Kill it first if it runs");
  named->command->final_callback([named, force, &context] {
    for_each_named(context, *named, [&](const std::string& name) { remove(name, *force); });
  });
  CLI::App* prune = add_verb(
      app,
      {"prune", "Remove all VMs that do not run, and all snapshots", "prune",
       "as rm of each, and the saved memories from which warm starts go on; VMs that run keep theirs until "
       "they end. What killed launchers left behind is removed by every command anyway."});
  prune->final_callback([] {
    for (const VmState& state : known_vms(run_directory())) {
      if (state.active()) continue;
      remove(state.name, false);
      fmt::print("{}\n", state.name);
    }
    const std::size_t count = forget_snapshots();
    fmt::print("{} snapshot{} removed\n", count, count == 1 ? "" : "s");
  });
}

}  // namespace

void add_lifecycle(CLI::App& app, Context& context) {
  add_start(app, context);
  add_stop(app, context);
  add_kill(app, context);
  add_pause(app, context);
  add_remove(app, context);
}

}  // namespace vm::cli
