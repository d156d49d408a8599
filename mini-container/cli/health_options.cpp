// See health_options.h.
#include "mini-container/cli/health_options.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/text/time.h"

namespace cli {

namespace {

std::int64_t duration_of(const char* flag, const std::string& text) {
  if (text.empty()) return 0;
  constexpr std::int64_t kMillisecond = 1'000'000;
  const auto duration = text::duration(text);
  if (!duration)
    throw std::invalid_argument(
        fmt::format("invalid argument \"{}\" for \"{}\": expected for example 30s or 1m30s", text, flag));
  if (*duration < 0) throw std::invalid_argument(fmt::format("{} cannot be negative", flag));
  if (*duration > 0 && *duration < kMillisecond)
    throw std::invalid_argument(fmt::format("{} cannot be less than 1ms", flag));
  return *duration;
}

}  // namespace

void add_health_options(CLI::App& command, HealthOptions& options) {
  command.add_option("--health-cmd", options.command, "Command that tells by its exit code whether it works");
  command.add_option("--health-interval", options.interval, "From one such command to the next (30s)");
  command.add_option("--health-timeout", options.timeout, "How long one may take (30s)");
  command.add_option("--health-retries", options.retries, "Failures in a row until it is unhealthy (3)");
  command.add_option("--health-start-period", options.start_period,
                     "How long failures do not count before the first success (0s)");
  command.add_option("--health-start-interval", options.start_interval,
                     "From one to the next in that time, before the first success (5s)");
  command.add_flag("--no-healthcheck", options.none, "None, whatever the image says");
}

image::Healthcheck healthcheck_of(const HealthOptions& options) {
  image::Healthcheck check = {
      .test = {},
      .interval = duration_of("--health-interval", options.interval),
      .timeout = duration_of("--health-timeout", options.timeout),
      .start_period = duration_of("--health-start-period", options.start_period),
      .start_interval = duration_of("--health-start-interval", options.start_interval),
      .retries = options.retries};
  if (options.retries < 0) throw std::invalid_argument("--health-retries cannot be negative");
  if (!options.command.empty()) check.test = {"CMD-SHELL", options.command};
  if (!options.none) return check;
  const bool more = !check.test.empty() || check.interval != 0 || check.timeout != 0 ||
                    check.start_period != 0 || check.start_interval != 0 || check.retries != 0;
  if (more) throw std::invalid_argument("--no-healthcheck conflicts with --health-* options");
  return {.test = {"NONE"}};
}

}  // namespace cli
