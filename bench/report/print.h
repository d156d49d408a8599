// The same results in the forms people read. All are pure functions of the results, but for html(), which asks
// gnuplot to draw; without it the page says so where the charts would stand.
#pragma once

#include <string>

#include "bench/report/results.h"

namespace report {

// For a terminal of 100 columns.
std::string text(const Results& results);
// report.md.
std::string markdown(const Results& results);
// report.html: one file, no scripts, nothing fetched.
std::string html(const Results& results);
// samples.csv: a line for each value, with all that tells it apart. SPEC: RFC 4180.
std::string csv(const Results& results);
// README.md of `bench engines`.
std::string engines_markdown(const Results& results);

// Throws BadResults with the file's name.
Results read_results(const std::string& file);
// Reads a results.json and writes report.md and report.html to `folder`. Returns the program's exit status.
int print_again(const std::string& results_file, const std::string& folder);

}  // namespace report
