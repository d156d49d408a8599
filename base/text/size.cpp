// See size.h.
#include "base/text/size.h"

#include <array>
#include <cstdio>

namespace text {

std::string size_text(std::uint64_t bytes, int digits) {
  static constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  // WHY 999.5: what rounds to 1000 belongs to the next unit.
  for (; value >= (digits > 3 ? 999.95 : 999.5) && unit + 1 < kUnits.size(); ++unit)
    value /= 1000;
  char number[16];
  std::snprintf(number, sizeof number, "%.*g", digits, value);
  return std::string(number) + kUnits[unit];
}

}  // namespace text
