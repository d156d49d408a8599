// Names of signals, as people and engines write them. Reads: signal(7).
#include <fmt/format.h>

#include <charconv>
#include <csignal>
#include <cstring>

#include "mini-container/runtime/cli/options.h"
#include "mini-container/runtime/spec/invalid.h"

namespace cli {

int signal_number(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0 && number <= SIGRTMAX)
    return number;
  const std::string name = text.starts_with("SIG") ? text.substr(3) : text;
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    const char* known = ::sigabbrev_np(signal);
    if (known != nullptr && name == known) return signal;
  }
  throw spec::Invalid("signal", fmt::format("\"{}\" is not a signal", text),
                      "Use a name such as TERM, or a number");
}

}  // namespace cli
