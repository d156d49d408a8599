// The tables for a terminal. See print.h.
#include <fmt/format.h>

#include "bench/report/print.h"
#include "bench/report/remarks.h"
#include "bench/report/tables.h"

namespace report {

namespace {

constexpr int kLabel = 19;
constexpr int kValue = 30;

std::string verdict(const Cell& cell) {
  return cell.verdict == Verdict::none ? "" : fmt::format("  [{}]", text_of(cell.verdict));
}

void print_line(const Table& table, const Line& line, std::string& page) {
  page += fmt::format("  {}\n", line.label);
  for (std::size_t index = 0; index < table.columns.size(); ++index) {
    const Cell& cell = line.cells[index];
    page += fmt::format("    {:<{}} {:<{}} {}{}\n", table.columns[index].title, kLabel, cell.value, kValue,
                        cell.detail, verdict(cell));
  }
}

void print_row(const Table& table, const Row& row, std::string& page) {
  page += fmt::format("\n{}\n", row.name);
  for (std::size_t index = 0; index < table.columns.size(); ++index) {
    if (row.claims[index].empty() || row.claims[index] == "-") continue;
    page +=
        fmt::format("  claim about {:<10} {}\n", table.columns[index].claim_title() + ":", row.claims[index]);
  }
  for (const Line& line : row.lines)
    print_line(table, line, page);
}

void print_table(const Table& table, std::string& page) {
  page += fmt::format("\n{} (claims: {})\n", table.title, table.source);
  for (const Column& column : table.columns) {
    if (!column.conditions.empty())
      page += fmt::format("  {:<{}} {}, {}\n", column.title, kLabel, column.platform, column.conditions);
  }
  for (const Row& row : table.rows)
    print_row(table, row, page);
}

}  // namespace

std::string text(const Results& results) {
  std::string page = "Process, container, VM: what the course claims, and what this host measures\n";
  page += fmt::format("host {}: {}, {} cores, kernel {}, cgroup {}\n", results.environment_of("host"),
                      results.environment_of("cpu"), results.environment_of("cores"),
                      results.environment_of("kernel"), results.environment_of("cgroup"));
  if (results.preflight) page += fmt::format("preflight: {}\n", in_words(*results.preflight));
  // What the lectures claim; the rest is too wide, or too long, for a terminal.
  for (const Table& table : tables(results))
    if (table.id.starts_with("table-")) print_table(table, page);
  page += "\nMedians; intervals are 95 % bootstrap intervals of the median (of the ratio for overheads).\n";
  page +=
      "report.md and report.html have every quantity, the isolation seen from inside, and the literature "
      "beside ours.\n";
  for (const std::string& note : results.notes)
    page += fmt::format("Note: {}.\n", note);
  return page;
}

}  // namespace report
