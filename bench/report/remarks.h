// What a reader should know beside a number: how the samples behaved, and how good the host was.
#pragma once

#include <string>

#include "bench/report/results.h"

namespace report {

// "2 far out; +12 % in the second half"; "" where nothing is to be said.
std::string remarks_on(const Results& results, const Series& series);
// "fair: turbo is on: ...; ..."
std::string in_words(const Preflight& preflight);

}  // namespace report
