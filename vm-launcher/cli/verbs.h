// vm-launcher's verbs as CLI11 subcommands, in Docker's words. Each function adds one or more of them to the program; what
// they do is a callback that fills in the exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/help/help.h"
#include "vm-launcher/launch/run.h"

namespace vm::cli {

struct Context {
  Timeline& timeline;
  std::vector<std::string> command = {};  // what stood behind "--"
  int exit_code = 0;
  int failure_code = 1;  // when a verb throws; `run` says 125, as Docker's does
};

void add_run(CLI::App& app, Context& context);        // run create
void add_exec(CLI::App& app, Context& context);       // exec
void add_lifecycle(CLI::App& app, Context& context);  // start stop restart kill pause resume rm prune
void add_snapshot(CLI::App& app);                     // snapshot create ls revert rm
void add_lists(CLI::App& app, Context& context);      // ls (list) inspect
void add_usage(CLI::App& app, Context& context);      // top stats
void add_logs(CLI::App& app, Context& context);       // logs console
void add_copy(CLI::App& app, Context& context);       // cp
void add_boot(CLI::App& app, Context& context);       // boot
void add_doctor(CLI::App& app, Context& context);     // doctor
void add_supervise(CLI::App& app, Context& context);  // supervise, hidden: what start and run -d start
void add_serve_folder(CLI::App& app);  // serve-folder, hidden: what answers for a shared folder

CLI::App* add_verb(CLI::App& app, const help::Verb& verb);

// A verb on VMs that are named, one after the other.
struct Named {
  CLI::App* command = nullptr;
  std::vector<std::string> names;
};
std::shared_ptr<Named> add_verb_on_vms(CLI::App& app, const help::Verb& verb);
// Runs `act` for each and goes on after a failure, which is told; exit code 1 if one failed. Prints the names of the others.
void for_each_named(Context& context, const Named& named, const std::function<void(const std::string&)>& act);

}  // namespace vm::cli
