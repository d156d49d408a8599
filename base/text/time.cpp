// See time.h.
#include "base/text/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

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

std::optional<std::int64_t> duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double nanoseconds;
  };
  static constexpr std::array units = {Unit{"ns", 1},  Unit{"us", 1e3},     Unit{"ms", 1e6},
                                       Unit{"s", 1e9}, Unit{"m", 60 * 1e9}, Unit{"h", 3600 * 1e9}};
  constexpr double kLongest = 9e18;
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  double sum = 0;
  while (!text.empty()) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto* unit =
        std::find_if(units.begin(), units.end(), [&](const Unit& one) { return text.starts_with(one.name); });
    if (unit == units.end()) return std::nullopt;
    sum += value * unit->nanoseconds;
    text.remove_prefix(unit->name.size());
  }
  if (!(std::abs(sum) < kLongest)) return std::nullopt;
  return std::llround(sum);
}

}  // namespace text
