// From parsed options to the verbs of lifecycle, and their results to text.
#include <fmt/format.h>

#include <cstdio>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "mini-container/runtime/cli/listings.h"
#include "mini-container/runtime/cli/options.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "mini-container/runtime/spec/default_config.h"
#include "mini-container/runtime/spec/invalid.h"

namespace cli {

namespace {

std::string absolute(const std::string& path) {
  if (path.empty()) return sys::getcwd();
  return path.starts_with('/') ? path : sys::getcwd() + "/" + path;
}

// systemd's driver asks systemd over D-Bus for a unit; this runtime makes the groups itself.
[[noreturn]] void refuse_systemd() {
  const bool runs = sys::exists("/run/systemd/system");
  throw spec::Invalid("--systemd-cgroup",
                      runs ? "this runtime makes control groups itself, without systemd"
                           : "no systemd runs on this host, so nobody could make the unit",
                      "Leave it out: podman --cgroup-manager cgroupfs, dockerd --exec-opt "
                      "native.cgroupdriver=cgroupfs, containerd SystemdCgroup = false");
}

lifecycle::Groups groups(const Options& options) {
  if (options.systemd_cgroup || options.cgroup_manager == "systemd") refuse_systemd();
  lifecycle::Groups groups;
  groups.make = options.cgroup_manager != "disabled";
  if (options.rootless != "auto") groups.may_be_refused = options.rootless == "true";
  return groups;
}

lifecycle::RunOptions run_options(const Options& options) {
  lifecycle::RunOptions run = options.run;
  run.launch.root = options.root;
  run.launch.id = options.id;
  run.launch.bundle = absolute(run.launch.bundle);
  run.launch.groups = groups(options);
  run.launch.passed = lifecycle::passed_descriptors(options.preserve_fds);
  return run;
}

lifecycle::ExecOptions exec_options(const Options& options) {
  lifecycle::ExecOptions exec = options.exec;
  exec.root = options.root;
  exec.id = options.id;
  exec.passed = lifecycle::passed_descriptors(options.preserve_fds);
  return exec;
}

lifecycle::UpdateOptions update_options(const Options& options) {
  lifecycle::UpdateOptions update = options.update;
  update.root = options.root;
  update.id = options.id;
  return update;
}

// Whoever reads the other end of a pipe sees each line at once.
void print(const std::string& text) {
  fmt::print("{}", text);
  std::fflush(stdout);
}

void print_events(const Options& options) {
  if (options.statistics_only) return print(lifecycle::statistics(options.root, options.id));
  lifecycle::events(options.root, options.id, interval(options.interval), print);
}

void write_document(const Options& options) {
  const std::string path = absolute(options.run.launch.bundle) + "/config.json";
  if (sys::exists(path)) throw spec::Invalid(path, "exists already", "Remove it, or choose another --bundle");
  sys::replace_file(path, spec::default_config(options.rootless_document, sys::geteuid(), sys::getegid()));
}

}  // namespace

int act(const Options& options) {
  const std::string& verb = options.verb;
  if (verb == "run") return lifecycle::run(run_options(options));
  if (verb == "exec") return lifecycle::exec(exec_options(options));
  if (verb == "create") lifecycle::create(run_options(options).launch);
  if (verb == "start") lifecycle::start(options.root, options.id);
  if (verb == "state") print(state_text(options));
  if (verb == "kill") lifecycle::kill(options.root, options.id, signal_number(options.signal), options.all);
  if (verb == "delete") lifecycle::remove(options.root, options.id, options.force);
  if (verb == "list") print(list_text(options));
  if (verb == "pause") lifecycle::pause(options.root, options.id);
  if (verb == "resume") lifecycle::resume(options.root, options.id);
  if (verb == "ps") print(processes_text(options));
  if (verb == "update") lifecycle::update(update_options(options));
  if (verb == "events") print_events(options);
  if (verb == "spec") write_document(options);
  if (verb == "features") print(lifecycle::features());
  if (verb == "explain") print(lifecycle::explain(absolute(options.run.launch.bundle), "ID"));
  return 0;
}

}  // namespace cli
