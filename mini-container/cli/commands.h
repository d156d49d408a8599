// Docker's verbs as CLI11 subcommands. Each function below adds one or more of them to the program; what they
// do is a callback that fills in the exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/help/help.h"
#include "base/sys/console.h"
#include "mini-container/engine/engine.h"

namespace cli {

// What all verbs share.
struct Context {
  std::string root;         // --root
  sys::TraceRequest trace;  // --explain, --step, --trace of `run`
  int exit_code = 0;
  int failure_code = 1;  // when a verb throws; `run` and `exec` say 125, as Docker's do
  // Made on first use, after the options are known; starts the trace and repairs what was left behind.
  engine::Engine& engine();
  // The same for what needs no engine; an ordinary user's command enters that user's namespaces here (engine/rootless.h).
  engine::Paths paths();
  std::string why_not_root;  // what the kernel said if it could not

 private:
  void become_root_of_own_namespaces();
  std::unique_ptr<engine::Engine> engine_;
};

void add_containers(CLI::App& app, Context& context);  // all that follow as far as logs, twice
void add_run(CLI::App& app, Context& context);         // run create
void add_exec(CLI::App& app, Context& context);        // exec
void add_attach(CLI::App& app, Context& context);      // attach
void add_lifecycle(CLI::App& app, Context& context);   // start stop restart kill pause unpause rename rm wait
void add_ps(CLI::App& app, Context& context, const char* name);  // ps, or container ls
void add_lists(CLI::App& app, Context& context);                 // inspect port top
void add_logs(CLI::App& app, Context& context);                  // logs
void add_container_files(CLI::App& app, Context& context);       // cp diff export commit
void add_stats(CLI::App& app, Context& context);                 // stats
void add_update(CLI::App& app, Context& context);                // update
void add_images(CLI::App& app, Context& context);                // image and its short forms
void add_networks(CLI::App& app, Context& context);              // network and its verbs
void add_volumes(CLI::App& app, Context& context);               // volume create ls inspect rm prune
void add_prune(CLI::App& app, Context& context);                 // prune
void add_help(CLI::App& app);                                    // help
void add_container_prune(CLI::App& app, Context& context);       // container prune
void add_finish(CLI::App& app, Context& context);      // finish, hidden: what a container-monitor becomes
void add_exec_ended(CLI::App& app, Context& context);  // exec-ended, hidden: the same of an exec
void add_probe(CLI::App& app, Context& context);   // probe, hidden: what a guardian starts from time to time
void add_system(CLI::App& app, Context& context);  // doctor reset
void add_reset(CLI::App& app, Context& context);   // reset, system reset
void add_system_group(CLI::App& app,
                      Context& context);           // events info, and system with these and those that follow
void add_events(CLI::App& app, Context& context);  // events
void add_info(CLI::App& app, Context& context);    // info
void add_disk_usage(CLI::App& app, Context& context);    // system df
void add_check(CLI::App& app, Context& context);         // system check
void add_system_prune(CLI::App& app, Context& context);  // system prune

// --detach-keys and --sig-proxy, of all that connect a user to a container.
void add_attach_options(CLI::App& command, engine::AttachOptions& options);

// Verbs that share a first word: `volume ls`. Alone, it prints them.
CLI::App* add_group(CLI::App& app, const char* name, const char* what);

using Help = help::Verb;
CLI::App* add_verb(CLI::App& app, const Help& help);

// A verb on containers that are named, one after the other.
struct Named {
  CLI::App* command = nullptr;
  std::vector<std::string> names;
};
std::shared_ptr<Named> add_verb_on_containers(CLI::App& app, const Help& help);

// Runs `act` for each container named and goes on after a failure, which is told: `rm a b c` removes c even if there is
// no b. Exit code 1 if one failed. With `echo` the names of those that went well are printed. Returns those that failed.
std::vector<std::string> for_each_named(
    Context& context, const Named& named,
    const std::function<void(engine::Engine&, const engine::Container&)>& act, bool echo = true);

// What `inspect --merged` prints: where a container's files come from.
std::string merged_text(engine::Engine& engine, const engine::Container& container);

// Prints to standard output in one write; a closed pipe is no error.
void print(const std::string& text);

}  // namespace cli
