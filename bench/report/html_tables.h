// The tables of the page: the course's, and every quantity that was measured.
#pragma once

#include <pugixml.hpp>

#include "bench/report/results.h"
#include "bench/report/table.h"

namespace report {

void add_table(pugi::xml_node parent, const Table& table);
void add_series(pugi::xml_node parent, const Results& results);

}  // namespace report
