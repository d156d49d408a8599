// Lists of processors or memory nodes as cpuset(7) writes them: "0-3,7".
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace spec {

// The most that a kernel is built for.
inline constexpr unsigned kMostProcessors = 8192;

// Processors in ascending order, each once; nullopt if it is no such list or names one that no kernel has.
std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view list);

}  // namespace spec
