// See time.h.
#include "base/text/time.h"

#include <fmt/format.h>

#include <chrono>

namespace text {

namespace {

std::string date_and_time(std::int64_t seconds) {
  const std::chrono::sys_seconds moment{std::chrono::seconds(seconds)};
  const auto midnight = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss time(moment - midnight);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace

std::string utc_time(std::int64_t seconds) {
  return date_and_time(seconds) + "Z";
}

std::string utc_time(std::int64_t seconds, std::int64_t nanoseconds) {
  return fmt::format("{}.{:09}Z", date_and_time(seconds), nanoseconds);
}

}  // namespace text
