// Moments as RFC 3339 writes them, in UTC. Pure: gmtime(3) reads /etc/localtime first, whatever the zone, which is a
// percent of a container's start.
#pragma once

#include <cstdint>
#include <string>

namespace text {

// Seconds since 1970: "2026-11-21T22:04:05Z".
std::string utc_time(std::int64_t seconds);
// With a fraction of nine digits, as Docker writes it: "2026-11-21T22:04:05.000000006Z".
std::string utc_time(std::int64_t seconds, std::int64_t nanoseconds);

}  // namespace text
