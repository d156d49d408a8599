// What probes make of a container's health, and what of a health check comes from whom.
#include <gmock/gmock.h>

#include "base/text/time.h"
#include "mini-container/engine/container.h"
#include "mini-container/engine/parse.h"

namespace {

using namespace engine;
using ::testing::ElementsAre;

constexpr std::int64_t kSecond = 1'000'000'000;

ProbeResult result(int code) {
  return {"2026-01-02T03:04:05.000000000Z", "2026-01-02T03:04:06.000000000Z", code, "said"};
}

TEST(HealthChecks, AreThoseAskedForAndForTheRestTheImages) {
  const Healthcheck image = {.test = {"CMD", "curl", "-f", "localhost"}, .interval = kSecond, .retries = 7};
  const Healthcheck both = merged({.test = {}, .timeout = 2 * kSecond, .retries = 1}, image);
  EXPECT_THAT(probe_command(both), ElementsAre("curl", "-f", "localhost"));
  EXPECT_EQ(both.interval, kSecond);
  EXPECT_EQ(both.timeout, 2 * kSecond);
  EXPECT_EQ(both.retries, 1);
  EXPECT_FALSE(probes(merged({.test = {"NONE"}}, image)));
  EXPECT_FALSE(probes({}));
  EXPECT_THAT(probe_command({.test = {"CMD-SHELL", "a | b"}}), ElementsAre("/bin/sh", "-c", "a | b"));
  const Healthcheck whole = with_defaults({.test = {"CMD", "x"}, .retries = 2});
  EXPECT_EQ(whole.interval, 30 * kSecond);
  EXPECT_EQ(whole.timeout, 30 * kSecond);
  EXPECT_EQ(whole.start_period, 0);
  EXPECT_EQ(whole.start_interval, 5 * kSecond);
  EXPECT_EQ(merged({.test = {}, .start_interval = 1}, {.test = {}, .start_interval = 2}).start_interval, 1);
  EXPECT_EQ(whole.retries, 2);
}

TEST(HealthChecks, MakeUnhealthyAfterSoManyFailuresInARow) {
  const Healthcheck check = with_defaults({.test = {"CMD", "x"}});
  Health health = {kStarting, 0, {}};
  for (const char* expected : {kStarting, kStarting, kUnhealthy, kUnhealthy}) {
    health = judged(health, result(1), check, kSecond);
    EXPECT_EQ(health.status, expected);
  }
  EXPECT_EQ(health.failing_streak, 4);
  health = judged(health, result(0), check, kSecond);
  EXPECT_EQ(health.status, kHealthy);
  EXPECT_EQ(health.failing_streak, 0);
  health = judged(health, result(-1), check, kSecond);
  EXPECT_EQ(health.status, kHealthy) << "once is not enough";
  EXPECT_EQ(health.log.size(), 5U) << "the sixth drove the first out";
  EXPECT_EQ(health.log.back().exit_code, -1);
}

TEST(HealthChecks, FailuresInTheStartPeriodDoNotCountBeforeTheFirstSuccess) {
  const Healthcheck check = with_defaults({.test = {"CMD", "x"}, .start_period = 10 * kSecond, .retries = 1});
  Health health = {kStarting, 0, {}};
  health = judged(health, result(1), check, 9 * kSecond);
  EXPECT_EQ(health.status, kStarting);
  EXPECT_EQ(health.failing_streak, 0);
  EXPECT_EQ(judged(health, result(1), check, 10 * kSecond).status, kUnhealthy);
  health = judged(health, result(0), check, kSecond);
  EXPECT_EQ(judged(health, result(1), check, 2 * kSecond).status, kUnhealthy);
}

TEST(HealthChecks, AreRecordedAndShown) {
  Container container;
  container.settings.healthcheck = {.test = {"CMD", "x"}, .interval = 5};
  container.health = judged({kStarting, 0, {}}, result(0), container.settings.healthcheck, 0);
  container.status = "running";
  container.started = "2026-01-02T03:04:05.5Z";
  const Container again = container_from_json(to_json(container), "here");
  EXPECT_EQ(again.settings.healthcheck.test, container.settings.healthcheck.test);
  EXPECT_EQ(again.settings.healthcheck.interval, 5);
  EXPECT_EQ(again.health.log.at(0).output, "said");
  EXPECT_EQ(health_name(again), "healthy");
  const std::int64_t now = *seconds_of(again.started) + 3;
  EXPECT_EQ(status_text(again, now), "Up 3 seconds (healthy)");
  container.health.status = kStarting;
  EXPECT_EQ(status_text(container, now), "Up 3 seconds (health: starting)");
  container.paused = true;
  EXPECT_EQ(status_text(container, now), "Up 3 seconds (Paused)");
  container.status = "exited";
  EXPECT_EQ(health_name(container), "unhealthy") << "nobody answers";
  container.settings.healthcheck = {};
  EXPECT_EQ(health_name(container), "none");
  EXPECT_EQ(nanoseconds_of("2026-01-02T03:04:05.000000007Z") % kSecond, 7);
}

TEST(Durations, AreReadAsGoWritesThem) {
  EXPECT_EQ(text::duration("1h2m3s"), 3723 * kSecond);
  EXPECT_EQ(text::duration("1.5s"), 1'500'000'000);
  EXPECT_EQ(text::duration("250ms"), 250'000'000);
  EXPECT_EQ(text::duration("3us4ns"), 3004);
  EXPECT_EQ(text::duration("0"), 0);
  EXPECT_EQ(text::duration("-2s"), -2 * kSecond);
  for (const char* text : {"", "1", "s", "1x", "1s2", "nans", "infs", "9999999999h"})
    EXPECT_EQ(text::duration(text), std::nullopt) << text;
}

TEST(VolumeNames, FollowDockersRules) {
  for (const char* name : {"aa", "0.data_base-1", "A9"})
    EXPECT_NO_THROW(check_volume_name(name)) << name;
  for (const char* name : {"", "a", ".a", "-a", "a/b", "a b", "ä", ".."})
    EXPECT_THROW(check_volume_name(name), std::invalid_argument) << name;
  EXPECT_THROW(check_volume_name(std::string(201, 'a')), std::invalid_argument);
}

TEST(VolumeOptions, BelongTogether) {
  EXPECT_NO_THROW(check_volume_options("data", {}));
  EXPECT_NO_THROW(check_volume_options("data", {{"type", "tmpfs"}, {"device", "tmpfs"}}));
  EXPECT_NO_THROW(check_volume_options("data", {{"type", "none"}, {"device", "/srv"}, {"o", "bind"}}));
  EXPECT_THROW(check_volume_options("data", {{"device", "/srv"}}), std::invalid_argument);
  EXPECT_THROW(check_volume_options("data", {{"o", "bind"}}), std::invalid_argument);
  EXPECT_THROW(check_volume_options("data", {{"type", ""}, {"device", "/srv"}}), std::invalid_argument);
  EXPECT_THROW(check_volume_options("data", {{"colour", "red"}}), std::invalid_argument);
}

}  // namespace
