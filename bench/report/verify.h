// Whether a results file may be trusted: it is of its schema, and all that it says follows from its samples.
#pragma once

#include <string>
#include <vector>

#include "bench/report/results.h"

namespace report {

// What is wrong, a line each: members that are missing, series that are there twice or of no platform, summaries and
// cells of tables that the samples do not give.
std::vector<std::string> complaints_about(const nlohmann::json& document);
// What is wrong with a report.md beside it: the first line that the samples do not give.
std::vector<std::string> complaints_about_report(const Results& results, const std::string& report);

// Reads FILEs, says of each what was found. Returns the program's exit status: 0 if nothing was wrong.
int verify(const std::vector<std::string>& files);

}  // namespace report
