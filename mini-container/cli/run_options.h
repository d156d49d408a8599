// The words of `run` as typed, before they are values. Apart, so that tests can parse a command line without
// running anything.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "mini-container/cli/health_options.h"
#include "mini-container/engine/engine.h"

namespace cli {

struct RunOptions {
  engine::RunRequest request;  // what needs no second look goes straight here
  std::vector<std::string> env;
  std::vector<std::string> env_files;
  std::vector<std::string> mounts;
  std::vector<std::string> sysctls;
  std::string shm_size;
  std::string gpus;
  HealthOptions health;
  std::string userns;
  std::vector<std::string> security;
  std::vector<std::string> labels;
  std::string cpus;
  std::string memory;
  std::string swap;
  std::string restart;
  std::vector<std::string> log;
  std::string entrypoint;
  std::string pull = "missing";
  std::string platform;
  CLI::App* command = nullptr;
  bool entrypoint_given() const { return command != nullptr && command->count("--entrypoint") > 0; }
};

struct Context;
void add_run_options(CLI::App& command, RunOptions& options, Context& context);

// Throws std::invalid_argument for what makes no sense.
engine::RunRequest finish_options(const RunOptions& options);

}  // namespace cli
