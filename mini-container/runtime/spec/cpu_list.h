// Lists of processors or memory nodes as cpuset(7) writes them: "0-3,7".
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace spec {

// Processors in ascending order, each once; nullopt if it is no such list or names one above 8191, the most that a
// kernel is built for.
std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view list);

}  // namespace spec
