// See quantity.h.
#include "bench/report/quantity.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace report {

namespace {

struct Step {
  double size;
  const char* name;
};

// Three significant digits without an exponent: 1.23, 12.3, 123, 1230.
std::string three_digits(double value) {
  const double size = std::abs(value);
  const int decimals = size >= 99.95 || size == 0 ? 0 : size >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f}", value, decimals);
}

template <std::size_t N>
std::string scaled(double value, const std::array<Step, N>& steps) {
  for (const Step& step : steps) {
    if (std::abs(value) >= step.size) return three_digits(value / step.size) + " " + step.name;
  }
  return three_digits(value / steps.back().size) + " " + steps.back().name;
}

}  // namespace

std::string readable(double value, const std::string& unit) {
  static constexpr std::array<Step, 4> kTimes = {{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}}};
  static constexpr std::array<Step, 4> kSizes = {{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}, {1, "bytes"}}};
  if (unit == "ns") return scaled(value, kTimes);
  if (unit == "bytes") return scaled(value, kSizes);
  return fmt::format("{} {}", three_digits(value), unit);
}

bool more_is_better(const std::string& unit) {
  return unit.ends_with("per second");
}

std::string spread(const statistics::Summary& summary, const std::string& unit) {
  if (!summary.interval) return fmt::format("n {}: too few for an interval", summary.samples);
  return fmt::format("95 % {} to {}, n {}", readable(summary.interval->low, unit),
                     readable(summary.interval->high, unit), summary.samples);
}

std::string overhead(double ratio) {
  if (ratio >= 3) return three_digits(ratio) + " times";
  const double percent = (ratio - 1) * 100;
  return fmt::format("{:+.{}f} %", percent, std::abs(percent) < 10 ? 1 : 0);
}

std::string overhead_spread(const statistics::Ratio& ratio, std::size_t samples) {
  if (!ratio.interval) return fmt::format("n {}: too few for an interval", samples);
  return fmt::format("95 % {} to {}, n {}", overhead(ratio.interval->low), overhead(ratio.interval->high),
                     samples);
}

}  // namespace report
