// report.md. See print.h.
#include <fmt/format.h>

#include "bench/report/markdown.h"
#include "bench/report/print.h"
#include "bench/report/quantity.h"
#include "bench/report/remarks.h"
#include "bench/report/tables.h"

namespace report {

std::string cell_text(const std::string& text) {
  std::string safe;
  for (const char character : text) {
    if (character == '|') safe += '\\';
    safe += character == '\n' ? ' ' : character;
  }
  return safe;
}

std::string environment_list(const Results& results) {
  std::string page =
      fmt::format("- date: {}\n- commit: {}\n- seed: {}\n", results.date, results.commit, results.seed);
  for (const auto& [name, value] : results.environment)
    page += fmt::format("- {}: {}\n", name, value);
  if (results.preflight) page += fmt::format("- preflight: {}\n", in_words(*results.preflight));
  for (const PlatformFacts& facts : results.platforms) {
    if (facts.version) page += fmt::format("- {}: {}\n", facts.name, *facts.version);
  }
  for (const std::string& note : results.notes)
    page += fmt::format("- note: {}\n", note);
  return page;
}

namespace {

std::string cell_of(const Cell& cell) {
  std::string text = cell.kind == Kind::measured ? "**" + cell.value + "**" : cell.value;
  if (!cell.detail.empty()) text += fmt::format(" ({})", cell.detail);
  if (cell.verdict != Verdict::none) text += "; " + text_of(cell.verdict);
  return cell_text(text);
}

std::string table_of(const Table& table) {
  std::string page = fmt::format("## {}\n\nClaims: {}.\n\n| |", table.title, table.source);
  std::string rule = "|---|";
  for (const Column& column : table.columns) {
    page +=
        fmt::format(" {}{}{} |", column.title, column.conditions.empty() ? "" : "<br>", column.conditions);
    rule += "---|";
  }
  page += "\n" + rule + "\n";
  for (const Row& row : table.rows) {
    page += fmt::format("| **{}**: the course's claim |", row.name);
    for (const std::string& claim : row.claims)
      page += fmt::format(" {} |", claim.empty() ? "no claim" : cell_text(claim));
    page += "\n";
    for (const Line& line : row.lines) {
      page += fmt::format("| {} |", line.label);
      for (const Cell& cell : line.cells)
        page += fmt::format(" {} |", cell_of(cell));
      page += "\n";
    }
  }
  return page + "\n";
}

std::string mode_of(const std::string& mode) {
  return mode.empty() ? "" : ", " + mode;
}

std::string all_series(const Results& results) {
  const auto host = results.environment.find("host");
  std::string page =
      "| platform | accelerator | kernel | host | quantity | median | 95 % interval | n | also seen |\n";
  page += "|---|---|---|---|---|---|---|---|---|\n";
  for (const Series& series : results.series) {
    const PlatformFacts* facts = results.platform(series.platform);
    if (facts == nullptr) continue;
    const auto summary = results.summary(series);
    const std::string interval = summary.interval
                                     ? fmt::format("{} to {}", readable(summary.interval->low, series.unit),
                                                   readable(summary.interval->high, series.unit))
                                     : "too few";
    page += fmt::format("| {} | {} | {} | {} | {} {}{} | {} | {} | {} | {} |\n", facts->title,
                        facts->accelerator, facts->kernel.value_or("unknown"),
                        host == results.environment.end() ? "unknown" : host->second, series.workload,
                        series.metric, mode_of(series.mode), readable(summary.median, series.unit), interval,
                        summary.samples, remarks_on(results, series));
  }
  return page;
}

std::string missing(const Results& results) {
  std::string page;
  for (const PlatformFacts& facts : results.platforms) {
    if (facts.unavailable)
      page += fmt::format("- {}: unavailable: {}\n", facts.title, cell_text(*facts.unavailable));
  }
  for (const Failure& failure : results.failures) {
    page += fmt::format("- {}, {}{}: {} measurement{} missing: {}\n", failure.platform, failure.workload,
                        mode_of(failure.mode), failure.count, failure.count == 1 ? "" : "s",
                        cell_text(failure.reason));
  }
  return page.empty() ? "Nothing.\n" : page;
}

}  // namespace

std::string markdown(const Results& results) {
  std::string claims;
  for (const Table& table : tables(results))
    claims += table_of(table);
  return fmt::format(
      "# Process, container, VM\n\nWhat the course claims beside what this host measures. Numbers "
      "are medians with "
      "their 95 % bootstrap interval and the number of samples; overheads are ratios of medians to the "
      "process. Emulation "
      "(tcg) has a column of its own: its figures are emulation's, never a virtual machine's.\n\n"
      "{}## Every quantity\n\n{}\n## What is missing, and why\n\n{}\n## Environment\n\n{}\n"
      "Reproduce with `{}`.\n",
      claims, all_series(results), missing(results), environment_list(results), results.command);
}

}  // namespace report
