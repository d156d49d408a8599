// What the two reports in Markdown share. Internal to report.
#pragma once

#include <string>

#include "bench/report/results.h"

namespace report {

// A pipe or a line break would end a cell of a table.
std::string cell_text(const std::string& text);
// Date, commit, host, versions and notes as a list.
std::string environment_list(const Results& results);

}  // namespace report
