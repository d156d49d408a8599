// The charts of the page: which quantities, for which platforms.
#pragma once

#include <pugixml.hpp>

#include "bench/report/results.h"

namespace report {

// Appends one figure for each quantity that was measured.
void add_charts(pugi::xml_node parent, const Results& results);

}  // namespace report
