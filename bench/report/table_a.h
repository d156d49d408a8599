// Table A of the course, process against container against VM: each claim beside what was measured.
//
// A pure function of the results. A cell without data says "unavailable" and why, never 0; emulation has a column
// of its own, because its figures are not a virtual machine's.
#pragma once

#include <string>
#include <vector>

#include "bench/report/results.h"

namespace report {

enum class Kind {
  measured,     // a number with its spread
  evidence,     // what a program inside saw
  unavailable,  // and why
};

// The course's claim against the whole interval of a measurement.
enum class Verdict { none, agrees, differs, too_noisy };
std::string text_of(Verdict verdict);  // "agrees with the claim"; "" for none

struct Cell {
  Kind kind = Kind::unavailable;
  std::string value;   // "1.23 ms"; "unavailable"
  std::string detail;  // interval and n; the reason
  Verdict verdict = Verdict::none;
};

// One quantity, a cell for each column.
struct Line {
  std::string label;
  std::vector<Cell> cells;
};

struct Row {
  std::string name;
  std::vector<std::string> claims;  // of the course, one for each column; "" where it makes none
  std::vector<Line> lines;
};

struct Column {
  std::string platform;  // of the results
  std::string title;
  std::string conditions;  // accelerator, kernel
};

struct Table {
  std::vector<Column> columns;
  std::vector<Row> rows;
};

Table table_a(const Results& results);

// "emulation's figure, not a VM's", for every place where one is printed.
extern const char* const kEmulationLabel;

}  // namespace report
