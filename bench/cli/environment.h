// The host and the source that measured: without them a number cannot be compared with another.
// Reads: proc(5), cgroups(7), git-describe(1).
#pragma once

#include <map>
#include <string>

namespace bench {

// By the names of report/SCHEMA.md. `folder` is where files were written.
std::map<std::string, std::string> environment(const std::string& folder);
// "fadc55d", "fadc55d-dirty", or "unknown".
std::string commit();
// Now, UTC, ISO 8601.
std::string utc_now();

}  // namespace bench
