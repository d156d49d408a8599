// Moments as RFC 3339 writes them, in UTC. Pure: gmtime(3) reads /etc/localtime first, whatever the zone, which is a
// percent of a container's start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace text {

// Seconds since 1970: "2026-11-21T22:04:05Z".
std::string utc_time(std::int64_t seconds);
// With a fraction of nine digits, as Docker writes it: "2026-11-21T22:04:05.000000006Z".
std::string utc_time(std::int64_t seconds, std::int64_t nanoseconds);

// "1h30m", "1.5s", "250ms" as Go writes them: nanoseconds. nullopt for what is no such thing, or longer than 290 years.
std::optional<std::int64_t> duration(std::string_view text);

}  // namespace text
