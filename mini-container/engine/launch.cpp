// See launch.h.
#include "mini-container/engine/launch.h"

#include <fmt/format.h>

#include <csignal>
#include <optional>

#include "base/sys/console.h"
#include "base/sys/file.h"
#include "base/sys/socket.h"
#include "base/sys/terminal.h"
#include "mini-container/engine/bundle.h"
#include "mini-container/engine/cgroups.h"
#include "mini-container/engine/container_volumes.h"
#include "mini-container/engine/files.h"
#include "mini-container/engine/joined.h"
#include "mini-container/engine/monitor/protocol.h"
#include "mini-container/engine/names.h"
#include "mini-container/engine/networks.h"
#include "mini-container/engine/rootless.h"
#include "mini-container/engine/signals.h"
#include "mini-container/image/overlay.h"
#include "mini-container/network/user_network.h"
#include "mini-container/network/whole.h"

namespace engine {

OciRuntime runtime_of(const Registry& registry, const Container& container) {
  const std::string& asked = container.settings.runtime;
  return {asked.empty() ? sibling_program("mini-runtime") : asked, registry.paths().runtime_state,
          registry.directory(container.id) + "/runtime.log"};
}

std::string console_socket_of(const Registry& registry, const Container& container) {
  if (!container.settings.tty) return {};
  return registry.paths().consoles + "/" + short_id(container.id);
}

std::string attach_socket_of(const Registry& registry, const Container& container) {
  // The name begins as its container does: that is whose it is, should it be left behind.
  return registry.paths().consoles + "/" + short_id(container.id) + ".attach";
}

namespace {

ProbePlan probe_plan(const Registry& registry, const Container& container) {
  if (!probes(container.settings.healthcheck)) return {};
  const Healthcheck check = with_defaults(container.settings.healthcheck);
  return {probe_command_of(sys::readlink("/proc/self/exe"), registry.paths().root, container.id),
          {check.interval, check.start_period, check.start_interval}};
}

}  // namespace

Launch::Launch(const Registry& registry, Container container, sys::UniqueFd lock)
    : registry_(registry),
      container_(std::move(container)),
      lock_(std::move(lock)),
      directory_(registry.directory(container_.id)) {}

void Launch::prepare(const image::Store& store, const image::Image& image) {
  {
    const trace::Phase phase(
        "stack the layers",
        "The image's layers are read-only and shared by all containers; overlayfs puts a "
        "thin writable layer of this container's own on top.");
    image::mount_overlay(
        image::plan_overlay(store.layer_directories(image), directory_, container_.settings.remove));
  }
  const trace::Phase phase("write the bundle",
                           "Everything decided so far becomes one file, config.json, which any OCI runtime "
                           "understands.");
  write_name_files(registry_, container_);
  const BundleRequest request = {container_,
                                 identity_in(directory_ + "/rootfs", container_.settings.user),
                                 directory_,
                                 cgroup_path(registry_.paths(), container_.id),
                                 open_volumes(registry_, container_, directory_ + "/rootfs"),
                                 seccomp_file_of(container_.settings),
                                 container_.settings.memory > 0 && swap_is_accounted(),
                                 joined_namespaces(registry_, container_.settings),
                                 devices_of(container_.settings),
                                 container_.settings.init ? sibling_program("container-init") : "",
                                 ids_to_map()};
  sys::replace_file(directory_ + "/config.json", bundle_config(request), 0640);
  note_mounts(registry_, container_);
}

void Launch::connect(pid_t pid) {
  if (networks_of(container_.settings).empty()) return;
  const trace::Phase phase("connect the network",
                           "The new network namespace holds nothing but a loopback. A veth pair leads out of "
                           "it to a bridge; firewall rules let it out and published ports in.");
  attach_networks(registry_, container_, pid);
  write_network_files(directory_, container_);
}

void Launch::start(const OciRuntime& runtime, pid_t pid) {
  connect(pid);
  const auto recorded = registry_.change(container_.id, [&](Container& record) {
    record.status = "running";
    record.pid = pid;
    record.started = timestamp();
    record.finished.clear();
    record.endpoints = container_.endpoints;
    record.published = container_.published;
    record.health = {};
    if (probes(record.settings.healthcheck)) record.health.status = kStarting;
  });
  if (!recorded) throw NoSuchContainer("the container was removed while it started");
  const trace::Phase phase("start", "All is in place; the waiting first process executes the program.");
  runtime.start(container_.id);
  registry_.journal().add(container_, "start");
}

namespace {

// What a container-monitor becomes at the end, for a guardian that goes on with something else.
void finish_in_background(const Paths& paths, const std::string& id, int code, int lock) {
  sys::SpawnOptions options;
  options.own_session = true;
  options.error = -1;
  options.keep = {lock};
  sys::spawn({sys::readlink("/proc/self/exe"), "--root", paths.root, "finish", id, std::to_string(code),
              "--lock", std::to_string(lock)},
             options)
      .release();
}

}  // namespace

int Launch::foreground(const UserEnds& user, int signals) {
  const Settings& settings = container_.settings;
  const OciRuntime runtime = runtime_of(registry_, container_);
  Guard guard(runtime, {container_.id,
                        directory_,
                        settings.remove ? "" : directory_ + "/log",
                        {settings.log_max_size, settings.log_max_file},
                        console_socket_of(registry_, container_),
                        attach_socket_of(registry_, container_),
                        settings.open_stdin,
                        probe_plan(registry_, container_)});
  const pid_t pid = guard.create();
  stop_if_interrupted(signals);
  start(runtime, pid);
  sys::ExitStatus status;
  {
    std::optional<sys::RawMode> raw;
    if (settings.tty && user.input >= 0) raw.emplace(user.input);
    SignalProxy proxy(runtime, container_.id);
    const auto on_signal = [&](Relay& relay, int signal) {
      if (signal == SIGWINCH) return relay.resize();
      if (signal != SIGPIPE) proxy(signal);
    };
    status = guard.supervise(user, signals, on_signal, [](Relay& relay) { relay.resize(); });
  }
  if (settings.restart.name == "no") {
    finish(registry_, container_.id, status.shell_code(), lock_.get());
  } else {
    finish_in_background(registry_.paths(), container_.id, status.shell_code(), lock_.get());
  }
  return status.shell_code();
}

Guarded start_guardian(const std::function<std::vector<std::string>(int socket)>& words,
                       const std::vector<int>& keep) {
  sys::SocketPair pair = sys::seqpacket_pair();
  const auto trace = sys::trace_inheritance();
  sys::SpawnOptions options;
  options.error = -1;
  options.own_session = true;
  options.keep = trace.descriptors;
  options.keep.insert(options.keep.end(), keep.begin(), keep.end());
  options.keep.push_back(pair.second.get());
  options.environment = trace.environment;
  std::vector<std::string> command = words(pair.second.get());
  command.insert(command.begin(), sibling_program("container-monitor"));
  sys::Child child = sys::spawn(command, options);
  pair.second.reset();
  const auto message = sys::receive_message(pair.first.get());
  if (!message) throw RuntimeFailed("the container-monitor ended without a word", 125);
  const MonitorReply reply = parse_reply(message->bytes);
  if (reply.pid == 0) throw RuntimeFailed(reply.message, reply.code);
  return {std::move(child), std::move(pair.first), reply.pid};
}

void Launch::detached(const std::function<void()>& before_start) {
  const OciRuntime runtime = runtime_of(registry_, container_);
  Guarded guarded = start_guardian(
      [&](int socket) {
        return monitor_arguments({container_.id, directory_, runtime.program(),
                                  registry_.paths().runtime_state, console_socket_of(registry_, container_),
                                  attach_socket_of(registry_, container_), sys::readlink("/proc/self/exe"),
                                  registry_.paths().root, container_.settings.open_stdin,
                                  container_.settings.log_max_size, container_.settings.log_max_file,
                                  probe_plan(registry_, container_).pace, socket, lock_.get()});
      },
      {lock_.get()});
  if (before_start) before_start();
  start(runtime, guarded.pid);
  sys::send_message(guarded.socket.get(), kStarted);
  guarded.monitor.release();
}

void Launch::abandon(int code, const std::string& why) {
  finish(registry_, container_.id, code, lock_.get(), why);
}

void take_down(const Registry& registry, const Container& container) {
  const trace::Phase phase("clean up",
                           "A container is objects in the kernel that no program holds: its cgroups, link, "
                           "firewall entries and mounts stay until somebody removes them.");
  const std::string directory = registry.directory(container.id);
  runtime_of(registry, container).remove(container.id);
  remove_group(cgroup_path(registry.paths(), container.id));
  network::stop_user_network(container.id, directory);
  // The last process has ended, so the links go with its namespace; waiting for that would cost 15 ms.
  network::detach_everywhere(registry.paths().network, container.id, network::LinkEnd::with_namespace);
  note_departure(registry, container);
  image::unmount_overlay(directory);
  close_volumes(registry, container);
  // Those of `exec`, too, whose guardians may have been killed.
  for (const std::string& name : sys::list_directory(registry.paths().consoles))
    if (name.starts_with(short_id(container.id)))
      sys::unlink_if_present(registry.paths().consoles + "/" + name);
}

bool note_end(const Registry& registry, const Container& container, int code) {
  if (!container.running()) return false;
  // ORDER: before take_down; the count goes with the group.
  const bool starved = killed_for_memory(cgroup_path(registry.paths(), container.id)) > 0;
  if (starved) registry.journal().add(container, "oom");
  registry.journal().add(container, "die", {{"exitCode", std::to_string(code)}});
  return starved;
}

namespace {
// A full disk has no room for it: those who wait find it in the record.
void tell_waiting(int lock, int code) {
  try {
    sys::write_at_start(lock, std::to_string(code));
  } catch (const sys::Error& error) {
    if (error.error() != ENOSPC) throw;
  }
}
}  // namespace

void finish(const Registry& registry, const std::string& id, int code, int lock, const std::string& error) {
  const auto container = registry.load(id);
  if (!container) return;
  const bool starved = note_end(registry, *container, code);
  take_down(registry, *container);
  // ORDER: the code goes into the lock file before the record may vanish; `wait` reads it from there.
  tell_waiting(lock, code);
  if (container->settings.remove) {
    remove_own_volumes(registry, *container);
    registry.remove(id);
    registry.journal().add(*container, "destroy");
    return;
  }
  registry.change(id, [&](Container& record) {
    record.status = record.started.empty() ? "created" : "exited";
    record.pid = 0;
    record.exit_code = code;
    record.error = error;
    record.out_of_memory = starved;
    if (!record.started.empty()) record.finished = timestamp();
    record.endpoints.clear();
    record.published.clear();
  });
}

}  // namespace engine
