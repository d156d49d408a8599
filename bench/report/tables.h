// The tables of the course, in its order: the one place where the rows of a report come from.
//
// Pure functions of the results. A cell without data says "unavailable" and why, never 0; emulation has a column
// of its own, because its figures are not a virtual machine's. A new table is a function here and a name in tables().
#pragma once

#include <vector>

#include "bench/report/results.h"
#include "bench/report/table.h"

namespace report {

// Process, container, VM (D20).
Table table_a(const Results& results);
// VM against Docker (DUF).
Table table_b(const Results& results);
// Scaling out by one, and requests served (NER, after Joy 2015).
Table table_c(const Results& results);
// Shares of one CPU (SAL).
Table table_d(const Results& results);
// What each platform has to itself, and what can be reached from inside.
Table table_isolation(const Results& results);
// What others have measured, beside ours.
Table table_literature(const Results& results);

// Those of which this run has measured something.
std::vector<Table> tables(const Results& results);
// As they stand in results.json: each cell with what it follows from.
nlohmann::json tables_json(const std::vector<Table>& tables);

}  // namespace report
