// Table A for a terminal. See print.h.
#include <fmt/format.h>

#include "bench/report/print.h"
#include "bench/report/table_a.h"

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
    const std::string column = index == 2 ? "VM" : index == 3 ? "emulation" : table.columns[index].title;
    page += fmt::format("  claim about {:<10} {}\n", column + ":", row.claims[index]);
  }
  for (const Line& line : row.lines)
    print_line(table, line, page);
}

std::string environment_of(const Results& results, const char* key) {
  const auto found = results.environment.find(key);
  return found == results.environment.end() ? "unknown" : found->second;
}

}  // namespace

std::string text(const Results& results) {
  const Table table = table_a(results);
  std::string page = "Process, container, VM: what the course claims, and what this host measures\n";
  page += fmt::format("host {}: {}, {} cores, kernel {}, cgroup {}\n", environment_of(results, "host"),
                      environment_of(results, "cpu"), environment_of(results, "cores"),
                      environment_of(results, "kernel"), environment_of(results, "cgroup"));
  for (const Column& column : table.columns)
    page += fmt::format("  {:<{}} {}, {}\n", column.title, kLabel, column.platform, column.conditions);
  for (const Row& row : table.rows)
    print_row(table, row, page);
  page += "\nMedians; intervals are 95 % bootstrap intervals of the median (of the ratio for overheads).\n";
  for (const std::string& note : results.notes)
    page += fmt::format("Note: {}.\n", note);
  return page;
}

}  // namespace report
