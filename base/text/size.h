// Bytes as Docker's lists show them. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace text {

// In powers of 1000: "0B", "1.24kB", "72.8MB", "1.05GB"; Docker's sums have four digits: "1.986MB".
std::string size_text(std::uint64_t bytes, int digits = 3);

}  // namespace text
