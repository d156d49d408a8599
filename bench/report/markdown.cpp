// report.md. See print.h.
#include <fmt/format.h>

#include "bench/report/print.h"
#include "bench/report/quantity.h"
#include "bench/report/table_a.h"

namespace report {

namespace {

// A pipe or a line break would end a cell of a Markdown table.
std::string cell_text(const std::string& text) {
  std::string safe;
  for (const char character : text) {
    if (character == '|') safe += '\\';
    safe += character == '\n' ? ' ' : character;
  }
  return safe;
}

std::string cell_of(const Cell& cell) {
  std::string text = cell.kind == Kind::measured ? "**" + cell.value + "**" : cell.value;
  if (!cell.detail.empty()) text += fmt::format(" ({})", cell.detail);
  if (cell.verdict != Verdict::none) text += "; " + text_of(cell.verdict);
  return cell_text(text);
}

std::string table_of(const Table& table) {
  std::string page = "| |";
  std::string rule = "|---|";
  for (const Column& column : table.columns) {
    page += fmt::format(" {}<br>{} |", column.title, column.conditions);
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
  return page;
}

std::string mode_of(const std::string& mode) {
  return mode.empty() ? "" : ", " + mode;
}

std::string all_series(const Results& results) {
  const auto host = results.environment.find("host");
  std::string page = "| platform | accelerator | kernel | host | quantity | median | 95 % interval | n |\n";
  page += "|---|---|---|---|---|---|---|---|\n";
  for (const Series& series : results.series) {
    const PlatformFacts* facts = results.platform(series.platform);
    if (facts == nullptr) continue;
    const auto summary = results.summary(series);
    const std::string interval = summary.interval
                                     ? fmt::format("{} to {}", readable(summary.interval->low, series.unit),
                                                   readable(summary.interval->high, series.unit))
                                     : "too few";
    page += fmt::format("| {} | {} | {} | {} | {} {}{} | {} | {} | {} |\n", facts->title, facts->accelerator,
                        facts->kernel.value_or("unknown"),
                        host == results.environment.end() ? "unknown" : host->second, series.workload,
                        series.metric, mode_of(series.mode), readable(summary.median, series.unit), interval,
                        summary.samples);
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

std::string environment_list(const Results& results) {
  std::string page =
      fmt::format("- date: {}\n- commit: {}\n- seed: {}\n", results.date, results.commit, results.seed);
  for (const auto& [name, value] : results.environment)
    page += fmt::format("- {}: {}\n", name, value);
  for (const PlatformFacts& facts : results.platforms) {
    if (facts.version) page += fmt::format("- {}: {}\n", facts.name, *facts.version);
  }
  for (const std::string& note : results.notes)
    page += fmt::format("- note: {}\n", note);
  return page;
}

// Ratio of each platform to `ours`, in one mode.
std::string engines_table(const Results& results, const std::string& ours,
                          const std::vector<std::string>& others, const std::string& mode) {
  const Series* base = results.find(ours, "echo", mode, "to_exit");
  std::string page =
      "| | median | 95 % interval | n | times ours | 95 % interval |\n|---|---|---|---|---|---|\n";
  std::vector<std::string> names = {ours};
  names.insert(names.end(), others.begin(), others.end());
  for (const std::string& name : names) {
    const Series* series = results.find(name, "echo", mode, "to_exit");
    if (series == nullptr) {
      page += fmt::format("| {} | unavailable: {} | | | | |\n", name,
                          cell_text(results.why_missing(name, "echo", mode)));
      continue;
    }
    const auto summary = results.summary(*series);
    std::string ratio_text = " | ";
    if (base != nullptr && name != ours) {
      const auto ratio = statistics::ratio_of_medians(series->values, base->values, results.seed);
      ratio_text = fmt::format("{:.2f} | ", ratio.value);
      if (ratio.interval)
        ratio_text += fmt::format("{:.2f} to {:.2f}", ratio.interval->low, ratio.interval->high);
      if (!ratio.difference_seen) ratio_text += ": no difference seen";
    }
    const std::string interval = summary.interval
                                     ? fmt::format("{} to {}", readable(summary.interval->low, "ns"),
                                                   readable(summary.interval->high, "ns"))
                                     : "too few";
    page += fmt::format("| {} | {} | {} | {} | {} |\n", name, readable(summary.median, "ns"), interval,
                        summary.samples, ratio_text);
  }
  return page;
}

}  // namespace

std::string markdown(const Results& results) {
  return fmt::format(
      "# Process, container, VM\n\nWhat the course claims (Table A) beside what this host measures. Numbers "
      "are medians with "
      "their 95 % bootstrap interval and the number of samples; overheads are ratios of medians to the "
      "process. Emulation "
      "(tcg) has a column of its own: its figures are emulation's, never a virtual machine's.\n\n"
      "## Table A\n\n{}\n## Every quantity\n\n{}\n## What is missing, and why\n\n{}\n## Environment\n\n{}\n"
      "Reproduce with `{}`.\n",
      table_of(table_a(results)), all_series(results), missing(results), environment_list(results),
      results.command);
}

std::string engines_markdown(const Results& results) {
  std::string page =
      "# Engines and runtimes\n\n`echo ok` from the request to the end of the command; all measurements of "
      "all rows in one "
      "run, in a random order. Medians, 95 % bootstrap intervals, and the ratio of each median to ours.\n";
  for (const std::string mode : {"back-to-back", "paced"}) {
    const std::string how = mode == "paced" ? "after 150 ms of rest" : "back to back";
    page += fmt::format("\n## Engines: `run --rm busybox echo ok`, {}\n\n{}", how,
                        engines_table(results, "mini-container", {"docker", "podman"}, mode));
    page +=
        fmt::format("\n## Runtimes on one bundle with cgroup limits and Docker's seccomp profile, {}\n\n{}",
                    how, engines_table(results, "mini-runtime", {"crun", "runc"}, mode));
    page += fmt::format(
        "\n## Runtimes on one bundle without limits and seccomp, {}\n\n{}", how,
        engines_table(results, "mini-runtime-plain", {"crun-plain", "runc-plain", "bubblewrap"}, mode));
  }
  return page + fmt::format(
                    "\nPodman runs without a network, bubblewrap without a cgroup.\n\n## Environment\n\n{}\n"
                    "Reproduce with `{}`.\n",
                    environment_list(results), results.command);
}

}  // namespace report
