// Bytes as Docker's lists show them. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace text {

// Three digits in powers of 1000: "0B", "1.24kB", "72.8MB", "1.05GB".
std::string size_text(std::uint64_t bytes);

}  // namespace text
