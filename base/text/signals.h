// Names of signals, as people and engines write them. Reads: signal(7).
#pragma once

#include <optional>
#include <string_view>

namespace text {

// "TERM", "sigterm", "15", "RTMIN+3"; nullopt for what is no signal.
std::optional<int> signal_number(std::string_view spelled);

}  // namespace text
