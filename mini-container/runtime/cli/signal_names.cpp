// Names of signals and lengths of time, as people and engines write them. Reads: signal(7).
#include <fmt/format.h>

#include <charconv>

#include "base/text/signals.h"
#include "mini-container/runtime/cli/options.h"
#include "mini-container/runtime/spec/invalid.h"

namespace cli {

namespace {

// Milliseconds in one "ms", "s", "m", "h", which is taken off the front of `text`.
std::optional<double> take_unit(std::string_view& text) {
  constexpr std::pair<std::string_view, double> kUnits[] = {{"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}};
  for (const auto& [name, milliseconds] : kUnits) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return milliseconds;
  }
  return std::nullopt;
}

}  // namespace

int signal_number(const std::string& text) {
  // kill(2): nothing is sent, and the answer is whether it could have been.
  if (text == "0") return 0;
  if (const auto signal = text::signal_number(text)) return *signal;
  throw spec::Invalid("signal", fmt::format("\"{}\" is not a signal", text),
                      "Use a name such as TERM, or a number");
}

std::chrono::milliseconds interval(const std::string& text) {
  const spec::Invalid invalid("--interval", fmt::format("\"{}\" is not a length of time", text),
                              "Write 500ms, 5s or 1m30s");
  double total = 0;
  for (std::string_view rest = text; !rest.empty();) {
    double value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc()) throw invalid;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const bool bare = rest.empty() && total == 0;
    const std::optional<double> unit = bare ? 1000 : take_unit(rest);
    if (!unit || value < 0) throw invalid;
    total += value * *unit;
  }
  constexpr double kLongest = 1e9;
  if (!(total >= 1 && total <= kLongest)) throw invalid;
  return std::chrono::milliseconds(static_cast<long>(total));
}

}  // namespace cli
