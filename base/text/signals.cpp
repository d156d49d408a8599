// See signals.h.
#include "base/text/signals.h"

#include <csignal>
#include <cstring>
#include <string>

#include "base/text/text.h"

namespace text {

namespace {

std::optional<int> standard_signal(std::string_view name) {
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    const char* known = ::sigabbrev_np(signal);
    if (known != nullptr && name == known) return signal;
  }
  // Two names that signal(7) has beside the usual ones.
  if (name == "IOT") return SIGABRT;
  if (name == "CLD") return SIGCHLD;
  return std::nullopt;
}

// "RTMIN", "RTMIN+3", "RTMAX-1".
std::optional<int> realtime_signal(std::string_view name) {
  const bool from_top = name.starts_with("RTMAX");
  if (!from_top && !name.starts_with("RTMIN")) return std::nullopt;
  name.remove_prefix(5);
  if (name.empty()) return from_top ? SIGRTMAX : SIGRTMIN;
  const std::optional<int> offset = number<int>(name.substr(1));
  if (!offset || name.front() != (from_top ? '-' : '+')) return std::nullopt;
  const int signal = from_top ? SIGRTMAX - *offset : SIGRTMIN + *offset;
  if (signal < SIGRTMIN || signal > SIGRTMAX) return std::nullopt;
  return signal;
}

}  // namespace

std::optional<int> signal_number(std::string_view spelled) {
  if (const auto value = number<int>(spelled); value && *value > 0 && *value <= SIGRTMAX) return value;
  std::string name(spelled);
  for (char& character : name)
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
  if (name.starts_with("SIG")) name.erase(0, 3);
  if (const auto signal = standard_signal(name)) return signal;
  return realtime_signal(name);
}

}  // namespace text
