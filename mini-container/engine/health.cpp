// See health.h.
#include "mini-container/engine/health.h"

namespace engine {

namespace {

constexpr std::size_t kLongestLog = 5;

template <class Value>
void unless_said(Value& value, const Value& other) {
  if (value == Value()) value = other;
}

}  // namespace

bool probes(const Healthcheck& check) {
  return !check.test.empty() && check.test.front() != "NONE";
}

std::vector<std::string> probe_command(const Healthcheck& check) {
  if (check.test.front() == "CMD-SHELL") return {"/bin/sh", "-c", check.test.back()};
  return {check.test.begin() + 1, check.test.end()};
}

Healthcheck merged(const Healthcheck& asked, const Healthcheck& images) {
  Healthcheck check = asked;
  unless_said(check.test, images.test);
  unless_said(check.interval, images.interval);
  unless_said(check.timeout, images.timeout);
  unless_said(check.start_period, images.start_period);
  unless_said(check.start_interval, images.start_interval);
  unless_said(check.retries, images.retries);
  return check;
}

Healthcheck with_defaults(Healthcheck check) {
  constexpr std::int64_t kHalfMinute = 30'000'000'000;
  constexpr std::int64_t kSoon = 5'000'000'000;
  constexpr int kRetries = 3;
  unless_said(check.interval, kHalfMinute);
  unless_said(check.timeout, kHalfMinute);
  unless_said(check.start_interval, kSoon);
  unless_said(check.retries, kRetries);
  return check;
}

Health judged(Health health, const ProbeResult& result, const Healthcheck& check, std::int64_t age) {
  health.log.push_back(result);
  if (health.log.size() > kLongestLog) health.log.erase(health.log.begin());
  if (result.exit_code == 0) {
    health.status = kHealthy;
    health.failing_streak = 0;
    return health;
  }
  // A program that has never answered yet may need so long to begin with it.
  if (health.status == kStarting && age < check.start_period) return health;
  ++health.failing_streak;
  if (health.failing_streak >= check.retries) health.status = kUnhealthy;
  return health;
}

}  // namespace engine
