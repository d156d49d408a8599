// report.html. See print.h.
#include <fmt/format.h>

#include <sstream>

#include "bench/report/html_charts.h"
#include "bench/report/html_page.h"
#include "bench/report/print.h"
#include "bench/report/quantity.h"
#include "bench/report/table_a.h"

namespace report {

namespace {

std::string environment_of(const Results& results, const char* key) {
  const auto found = results.environment.find(key);
  return found == results.environment.end() ? "unknown" : found->second;
}

// The start times in large type: what somebody in the last row should read.
void add_figures(pugi::xml_node parent, const Results& results, const Table& table) {
  pugi::xml_node list = add(parent, "dl", {}, {{"class", "figures"}});
  for (const Column& column : table.columns) {
    const Series* series = results.find(column.platform, "start", "paced", "to_exit");
    pugi::xml_node box = add(list, "div");
    add(box, "dt", column.title + " starts and ends in");
    if (series == nullptr) {
      add(box, "dd", "unavailable", {{"class", "number none"}});
      add(box, "dd", results.why_missing(column.platform, "start", "paced"), {{"class", "small"}});
      continue;
    }
    const auto summary = results.summary(*series);
    add(box, "dd", readable(summary.median, series->unit), {{"class", "number"}});
    const bool emulated = column.platform == "vm-tcg";
    add(box, "dd", spread(summary, series->unit) + (emulated ? std::string("; ") + kEmulationLabel : ""),
        {{"class", "small"}});
  }
}

void add_cell(pugi::xml_node row, const Column& column, const Cell& cell) {
  pugi::xml_node node = add(row, "td", {}, {{"data-label", column.title}});
  if (cell.kind == Kind::unavailable) node.append_attribute("class") = "none";
  add(node, "span", cell.value, {{"class", "value"}});
  if (!cell.detail.empty()) add(node, "span", cell.detail, {{"class", "detail"}});
  if (cell.verdict == Verdict::none) return;
  const std::string text = text_of(cell.verdict);
  add(node, "span", text, {{"class", "verdict " + text.substr(0, text.find(' '))}});
}

void add_row(pugi::xml_node body, const Table& table, const Row& row) {
  pugi::xml_node claim = add(body, "tr", {}, {{"class", "claim"}});
  add(claim, "th", row.name, {{"scope", "rowgroup"}});
  for (std::size_t index = 0; index < table.columns.size(); ++index) {
    const std::string& text = row.claims[index];
    const bool none = text.empty() || text == "-";
    const std::string label = "claim: " + (index == 2   ? std::string("VM")
                                           : index == 3 ? "emulation"
                                                        : table.columns[index].title);
    add(claim, "td", none ? "no claim" : text, {{"data-label", label}, {"class", none ? "nothing" : "said"}});
  }
  for (const Line& line : row.lines) {
    pugi::xml_node measured = add(body, "tr", {}, {{"class", "line"}});
    add(measured, "th", line.label, {{"scope", "row"}});
    for (std::size_t index = 0; index < table.columns.size(); ++index)
      add_cell(measured, table.columns[index], line.cells[index]);
  }
}

void add_table_a(pugi::xml_node parent, const Table& table) {
  pugi::xml_node node = add(parent, "table");
  add(node, "caption",
      "Tinted rows are the course's claims (D20); the rows below each are this host's answer.");
  pugi::xml_node heading = add(add(node, "thead"), "tr");
  add(heading, "th", "Row", {{"scope", "col"}});
  for (const Column& column : table.columns) {
    pugi::xml_node cell = add(heading, "th", column.title, {{"scope", "col"}});
    add(cell, "span", column.conditions, {{"class", "detail"}});
  }
  pugi::xml_node body = add(node, "tbody");
  for (const Row& row : table.rows)
    add_row(body, table, row);
}

void add_series(pugi::xml_node parent, const Results& results) {
  pugi::xml_node node = add(parent, "table");
  add(node, "caption", "Every quantity of every platform, on host " + environment_of(results, "host"));
  pugi::xml_node heading = add(add(node, "thead"), "tr");
  const char* columns[] = {"Quantity", "Platform", "Accelerator", "Kernel", "Median", "95 % interval", "n"};
  for (const char* column : columns)
    add(heading, "th", column, {{"scope", "col"}});
  pugi::xml_node body = add(node, "tbody");
  for (const Series& series : results.series) {
    const PlatformFacts* facts = results.platform(series.platform);
    if (facts == nullptr) continue;
    const auto summary = results.summary(series);
    const std::string name = fmt::format("{} {}{}{}", series.workload, series.metric,
                                         series.mode.empty() ? "" : ", ", series.mode);
    const std::string interval = summary.interval
                                     ? fmt::format("{} to {}", readable(summary.interval->low, series.unit),
                                                   readable(summary.interval->high, series.unit))
                                     : "too few samples";
    const std::string values[] = {facts->title,
                                  facts->accelerator,
                                  facts->kernel.value_or("unknown"),
                                  readable(summary.median, series.unit),
                                  interval,
                                  std::to_string(summary.samples)};
    pugi::xml_node row = add(body, "tr", {}, {{"class", "line"}});
    add(row, "th", name, {{"scope", "row"}});
    for (std::size_t index = 0; index < 6; ++index)
      add(row, "td", values[index], {{"data-label", columns[index + 1]}});
  }
}

void add_missing(pugi::xml_node parent, const Results& results) {
  pugi::xml_node list = add(parent, "ul");
  for (const PlatformFacts& facts : results.platforms) {
    if (facts.unavailable) add(list, "li", facts.title + ": " + *facts.unavailable);
  }
  for (const Failure& failure : results.failures) {
    add(list, "li",
        fmt::format("{}, {} {}: {} missing: {}", failure.platform, failure.workload, failure.mode,
                    failure.count, failure.reason));
  }
  if (!list.first_child()) add(list, "li", "Nothing.");
}

void add_environment(pugi::xml_node parent, const Results& results) {
  pugi::xml_node list = add(parent, "dl", {}, {{"class", "env"}});
  const auto entry = [&](const std::string& name, const std::string& value) {
    add(list, "dt", name);
    add(list, "dd", value);
  };
  entry("date", results.date);
  entry("commit", results.commit);
  entry("seed", std::to_string(results.seed));
  for (const auto& [name, value] : results.environment)
    entry(name, value);
  for (const PlatformFacts& facts : results.platforms) {
    if (facts.version) entry(facts.name, *facts.version);
  }
  for (const std::string& note : results.notes)
    entry("note", note);
  pugi::xml_node again = add(parent, "p", "Reproduce with ");
  add(again, "code", results.command);
}

void add_how_to_read(pugi::xml_node parent) {
  add(parent, "p",
      "A dot is the median, its bar the 95 % bootstrap interval of the median; faint dots are all samples, "
      "outliers too. "
      "When the interval of an overhead contains no change, the report says that no difference was seen.");
  add(parent, "p",
      "Repetitions of all platforms were interleaved in a random order, so that a drift of the host's speed "
      "does not look "
      "like a difference between platforms. Overheads are ratios of medians to the bare process.");
  add(parent, "p",
      "Hollow marks, and the column of the emulated VM, are figures of emulation: the CPU is simulated in "
      "software. They say "
      "nothing about a virtual machine on hardware, and are never printed as one's.");
}

struct Section {
  const char* id;
  const char* title;
};
constexpr Section kSections[] = {{"charts", "At a glance"},
                                 {"table-a", "Table A: claim beside measurement"},
                                 {"read", "How to read this"},
                                 {"all", "Every quantity"},
                                 {"missing", "What is missing, and why"},
                                 {"environment", "Environment"}};

void add_header(pugi::xml_node body, const Results& results, const Table& table) {
  pugi::xml_node header = add(body, "header");
  add(header, "h1", "Process, container, VM");
  add(header, "p", "What the course claims, and what this host measures.", {{"class", "lead"}});
  add(header, "p",
      fmt::format("{}: {}, {} cores, kernel {}, cgroup {}. {}.", environment_of(results, "host"),
                  environment_of(results, "cpu"), environment_of(results, "cores"),
                  environment_of(results, "kernel"), environment_of(results, "cgroup"), results.date),
      {{"class", "small"}});
  add_figures(header, results, table);
  pugi::xml_node list = add(add(header, "nav", {}, {{"aria-label", "Sections"}}), "ul");
  for (const Section& section : kSections)
    add(add(list, "li"), "a", section.title, {{"href", std::string("#") + section.id}});
}

void add_section(pugi::xml_node main, const Section& section, const Results& results, const Table& table) {
  pugi::xml_node node = add(main, "section", {}, {{"aria-labelledby", section.id}});
  add(node, "h2", section.title, {{"id", section.id}});
  const std::string id = section.id;
  if (id == "charts") add_charts(node, results);
  if (id == "table-a") add_table_a(node, table);
  if (id == "read") add_how_to_read(node);
  if (id == "all") add_series(node, results);
  if (id == "missing") add_missing(node, results);
  if (id == "environment") add_environment(node, results);
}

}  // namespace

std::string html(const Results& results) {
  const Table table = table_a(results);
  pugi::xml_document document;
  pugi::xml_node page = add(document, "html", {}, {{"lang", "en"}});
  pugi::xml_node head = add(page, "head");
  add(head, "meta", {}, {{"charset", "utf-8"}});
  add(head, "meta", {}, {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  add(head, "title", "Process, container, VM: claims and measurements");
  add(head, "style", kStyle);
  pugi::xml_node body = add(page, "body");
  add_header(body, results, table);
  pugi::xml_node main = add(body, "main");
  for (const Section& section : kSections)
    add_section(main, section, results, table);
  add(add(body, "footer"), "p", "Made by bench compare; results.json beside this file holds every sample.");
  std::ostringstream text;
  text << "<!DOCTYPE html>\n";
  document.save(text, "",
                pugi::format_raw | pugi::format_no_declaration | pugi::format_no_empty_element_tags);
  return text.str() + "\n";
}

}  // namespace report
