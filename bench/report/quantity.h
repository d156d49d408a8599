// Numbers for a person: three significant digits, a unit that fits, and never a number for missing data.
#pragma once

#include <string>

#include "bench/statistics/summary.h"

namespace report {

// `value` in "ns" or "bytes": "1.23 ms", "4.1 MB"; other units as they are.
std::string readable(double value, const std::string& unit);
// Of times and bytes less is better, of what is done in a second more.
bool more_is_better(const std::string& unit);
// "95 % 1.20 ms to 1.31 ms, n 20"; without an interval it says that n is too small.
std::string spread(const statistics::Summary& summary, const std::string& unit);
// A ratio as what comes on top: "+12 %", "-3 %", and above threefold "5.1 times".
std::string overhead(double ratio);
std::string overhead_spread(const statistics::Ratio& ratio, std::size_t samples);

}  // namespace report
