// See html_tables.h.
#include "bench/report/html_tables.h"

#include <fmt/format.h>

#include "bench/report/html_page.h"
#include "bench/report/quantity.h"
#include "bench/report/remarks.h"

namespace report {

namespace {

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
    const std::string label = "claim: " + table.columns[index].claim_title();
    add(claim, "td", none ? "no claim" : text, {{"data-label", label}, {"class", none ? "nothing" : "said"}});
  }
  for (const Line& line : row.lines) {
    pugi::xml_node measured = add(body, "tr", {}, {{"class", "line"}});
    add(measured, "th", line.label, {{"scope", "row"}});
    for (std::size_t index = 0; index < table.columns.size(); ++index)
      add_cell(measured, table.columns[index], line.cells[index]);
  }
}

}  // namespace

void add_table(pugi::xml_node parent, const Table& table) {
  pugi::xml_node node = add(parent, "table");
  add(node, "caption",
      fmt::format("Tinted rows are the course's claims ({}); the rows below each are this host's answer.",
                  table.source));
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
  add(node, "caption", "Every quantity of every platform, on host " + results.environment_of("host"));
  pugi::xml_node heading = add(add(node, "thead"), "tr");
  const char* columns[] = {"Quantity", "Platform",      "Accelerator", "Kernel",
                           "Median",   "95 % interval", "n",           "Also seen"};
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
                                  std::to_string(summary.samples),
                                  remarks_on(results, series)};
    pugi::xml_node row = add(body, "tr", {}, {{"class", "line"}});
    add(row, "th", name, {{"scope", "row"}});
    for (std::size_t index = 0; index < std::size(values); ++index)
      add(row, "td", values[index], {{"data-label", columns[index + 1]}});
  }
}

}  // namespace report
