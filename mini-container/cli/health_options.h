// --health-cmd and its kin, of `run` and `create`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "mini-container/image/image.h"

namespace cli {

struct HealthOptions {
  std::string command, interval, timeout, start_period, start_interval;
  int retries = 0;
  bool none = false;
};

void add_health_options(CLI::App& command, HealthOptions& options);

// Throws std::invalid_argument in Docker's words.
image::Healthcheck healthcheck_of(const HealthOptions& options);

}  // namespace cli
