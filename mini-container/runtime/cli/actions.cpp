// From parsed options to the verbs of lifecycle, and their results to text.
#include <fmt/format.h>

#include "base/sys/file.h"
#include "base/sys/identity.h"
#include "mini-container/runtime/cli/options.h"
#include "mini-container/runtime/lifecycle/commands.h"
#include "mini-container/runtime/spec/default_config.h"
#include "mini-container/runtime/spec/features.h"
#include "mini-container/runtime/spec/invalid.h"

namespace cli {

namespace {

std::string absolute(const std::string& path) {
  if (path.empty()) return sys::getcwd();
  return path.starts_with('/') ? path : sys::getcwd() + "/" + path;
}

lifecycle::RunOptions run_options(const Options& options) {
  lifecycle::RunOptions run = options.run;
  run.launch.root = options.root;
  run.launch.id = options.id;
  run.launch.bundle = absolute(run.launch.bundle);
  return run;
}

lifecycle::ExecOptions exec_options(const Options& options) {
  lifecycle::ExecOptions exec = options.exec;
  exec.root = options.root;
  exec.id = options.id;
  return exec;
}

void print_state(const Options& options) {
  const lifecycle::Container container = lifecycle::find_container(options.root, options.id);
  fmt::print("{}", spec::to_oci_json(container.state, container.status));
}

void print_list(const Options& options) {
  const auto containers = lifecycle::list(options.root);
  if (options.format == "json") {
    fmt::print("{}", spec::to_list_json(containers));
    return;
  }
  if (!options.quiet)
    fmt::print("{:<24} {:>8} {:<9} {:<20} {}\n", "ID", "PID", "STATUS", "CREATED", "BUNDLE");
  for (const auto& [state, status] : containers) {
    if (options.quiet) {
      fmt::print("{}\n", state.id);
      continue;
    }
    const int pid = status == spec::Status::stopped ? 0 : state.pid;
    fmt::print("{:<24} {:>8} {:<9} {:<20} {}\n", state.id, pid, name_of(status), state.created, state.bundle);
  }
}

void print_processes(const Options& options) {
  const auto pids = lifecycle::processes(options.root, options.id);
  if (options.format == "json") {
    fmt::print("[{}]\n", fmt::join(pids, ","));
  } else {
    fmt::print("PID\n{}\n", fmt::join(pids, "\n"));
  }
}

void write_document(const Options& options) {
  const std::string path = absolute(options.run.launch.bundle) + "/config.json";
  if (sys::exists(path)) throw spec::Invalid(path, "exists already", "Remove it, or choose another --bundle");
  sys::replace_file(path, spec::default_config(options.rootless_document, sys::geteuid(), sys::getegid()));
}

void print_features() {
  const int last = security::available_capabilities().last;
  std::vector<std::string> names;
  for (int bit = 0; bit <= last; ++bit)
    names.push_back(security::capability_names(security::CapabilityMask{1} << bit));
  fmt::print("{}", spec::features_json(names));
}

}  // namespace

int act(const Options& options) {
  const std::string& verb = options.verb;
  if (verb == "run") return lifecycle::run(run_options(options));
  if (verb == "exec") return lifecycle::exec(exec_options(options));
  if (verb == "create") lifecycle::create(run_options(options).launch);
  if (verb == "start") lifecycle::start(options.root, options.id);
  if (verb == "state") print_state(options);
  if (verb == "kill") lifecycle::kill(options.root, options.id, signal_number(options.signal), options.all);
  if (verb == "delete") lifecycle::remove(options.root, options.id, options.force);
  if (verb == "list") print_list(options);
  if (verb == "pause") lifecycle::pause(options.root, options.id);
  if (verb == "resume") lifecycle::resume(options.root, options.id);
  if (verb == "ps") print_processes(options);
  if (verb == "spec") write_document(options);
  if (verb == "features") print_features();
  if (verb == "explain") fmt::print("{}", lifecycle::explain(absolute(options.run.launch.bundle), "ID"));
  return 0;
}

}  // namespace cli
