// report.html. See print.h.
#include <fmt/format.h>

#include <functional>
#include <sstream>

#include "bench/report/html_charts.h"
#include "bench/report/html_page.h"
#include "bench/report/html_tables.h"
#include "bench/report/print.h"
#include "bench/report/quantity.h"
#include "bench/report/remarks.h"
#include "bench/report/tables.h"

namespace report {

namespace {

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
  if (results.preflight) entry("preflight", in_words(*results.preflight));
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

// A part of the page, reached from its head by its id.
struct Section {
  std::string id;
  std::string title;
  std::function<void(pugi::xml_node)> fill;
};

std::vector<Section> sections_of(const Results& results, const std::vector<Table>& tables) {
  std::vector<Section> all = {{"charts", "At a glance", [&](auto node) { add_charts(node, results); }}};
  for (const Table& table : tables)
    all.push_back({table.id, table.title, [&](auto node) { add_table(node, table); }});
  all.push_back({"read", "How to read this", [](auto node) { add_how_to_read(node); }});
  all.push_back({"all", "Every quantity", [&](auto node) { add_series(node, results); }});
  all.push_back({"missing", "What is missing, and why", [&](auto node) { add_missing(node, results); }});
  all.push_back({"environment", "Environment", [&](auto node) { add_environment(node, results); }});
  return all;
}

void add_header(pugi::xml_node body, const Results& results, const std::vector<Section>& sections) {
  pugi::xml_node header = add(body, "header");
  add(header, "h1", "Process, container, VM");
  add(header, "p", "What the course claims, and what this host measures.", {{"class", "lead"}});
  add(header, "p",
      fmt::format("{}: {}, {} cores, kernel {}, cgroup {}. {}.", results.environment_of("host"),
                  results.environment_of("cpu"), results.environment_of("cores"),
                  results.environment_of("kernel"), results.environment_of("cgroup"), results.date),
      {{"class", "small"}});
  add_figures(header, results, table_a(results));
  pugi::xml_node list = add(add(header, "nav", {}, {{"aria-label", "Sections"}}), "ul");
  for (const Section& section : sections)
    add(add(list, "li"), "a", section.title, {{"href", "#" + section.id}});
}

}  // namespace

std::string html(const Results& results) {
  const std::vector<Table> all = tables(results);
  const std::vector<Section> sections = sections_of(results, all);
  pugi::xml_document document;
  pugi::xml_node page = add(document, "html", {}, {{"lang", "en"}});
  pugi::xml_node head = add(page, "head");
  add(head, "meta", {}, {{"charset", "utf-8"}});
  add(head, "meta", {}, {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  add(head, "title", "Process, container, VM: claims and measurements");
  add(head, "style", kStyle);
  pugi::xml_node body = add(page, "body");
  add_header(body, results, sections);
  pugi::xml_node main = add(body, "main");
  for (const Section& section : sections) {
    pugi::xml_node node = add(main, "section", {}, {{"aria-labelledby", section.id}});
    add(node, "h2", section.title, {{"id", section.id}});
    section.fill(node);
  }
  add(add(body, "footer"), "p", "Made by bench; results.json beside this file holds every sample.");
  std::ostringstream text;
  text << "<!DOCTYPE html>\n";
  document.save(text, "",
                pugi::format_raw | pugi::format_no_declaration | pugi::format_no_empty_element_tags);
  return text.str() + "\n";
}

}  // namespace report
