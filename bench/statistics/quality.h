// What could make samples say less than they seem to: values far from the others, and a speed that changed meanwhile.
//
// Both are shown beside the samples, and nothing is dropped for either.
// Reads: Tukey, Exploratory Data Analysis (1977), chapter 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "bench/statistics/summary.h"

namespace statistics {

// How many lie further than three times the distance of the quartiles from the nearer quartile.
std::size_t far_out(std::span<const double> samples);

// The second half of `samples` over the first, in the order in which they were measured. A difference seen is a
// drift: of the host, or of what was measured. Throws as ratio_of_medians() does.
Ratio drift(std::span<const double> samples, std::uint64_t seed);

}  // namespace statistics
