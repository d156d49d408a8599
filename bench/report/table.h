// A table of the course as data: its claims, and beside each what was measured or seen.
//
// Every cell names what it follows from, so that a number in a report can be traced to its samples.
#pragma once

#include <string>
#include <vector>

namespace report {

enum class Kind {
  measured,     // a number with its spread
  evidence,     // what a program inside saw
  unavailable,  // and why
};
std::string name_of(Kind kind);

// The course's claim against the whole interval of a measurement.
enum class Verdict { none, agrees, differs, too_noisy };
std::string text_of(Verdict verdict);  // "agrees with the claim"; "" for none

struct Cell {
  Kind kind = Kind::unavailable;
  std::string value;   // "1.23 ms"; "unavailable"
  std::string detail;  // interval and n; the reason
  Verdict verdict = Verdict::none;
  // Members of the results: "process/start/paced/to_exit" is a series, "vm-tcg/isolation" a fact of a platform.
  std::vector<std::string> from = {};
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
  std::string claim;       // whom the claims are about, where that is not the title
  std::string conditions;  // accelerator, kernel
  const std::string& claim_title() const { return claim.empty() ? title : claim; }
};

struct Table {
  std::string id;      // "table-a"
  std::string title;   // "Table A: process, container, VM"
  std::string source;  // of the claims
  std::vector<Column> columns;
  std::vector<Row> rows;
};

// "emulation's figure, not a VM's", for every place where one is printed.
extern const char* const kEmulationLabel;

}  // namespace report
