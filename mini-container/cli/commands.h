// Docker's verbs as CLI11 subcommands. Each function below adds one or more of them to the program; what they
// do is a callback that fills in the exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

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
  engine::Paths paths() const;

 private:
  std::unique_ptr<engine::Engine> engine_;
};

void add_run(CLI::App& app, Context& context);        // run
void add_exec(CLI::App& app, Context& context);       // exec
void add_lifecycle(CLI::App& app, Context& context);  // start stop kill rm wait finish
void add_lists(CLI::App& app, Context& context);      // ps inspect
void add_logs(CLI::App& app, Context& context);       // logs
void add_images(CLI::App& app, Context& context);     // image and its short forms
void add_system(CLI::App& app, Context& context);     // doctor prune reset

// True when the person, or --force, says yes.
bool confirmed(bool force, const std::string& question);

// Prints to standard output in one write; a closed pipe is no error.
void print(const std::string& text);

}  // namespace cli
