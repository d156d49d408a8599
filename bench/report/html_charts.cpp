// See html_charts.h.
#include "bench/report/html_charts.h"

#include <fmt/format.h>

#include "bench/report/chart.h"
#include "bench/report/html_page.h"
#include "bench/report/quantity.h"

namespace report {

namespace {

struct Drawn {
  const char* title;
  const char* caption;
  const char* axis;
  const char* workload;
  const char* mode;
  const char* metric;
  double unit;        // nanoseconds or bytes in one unit of the axis
  bool over_process;  // divide by the process's median and draw a line at 1
};

constexpr Drawn kDrawn[] = {
    {"How long a start takes",
     "From the request to the end of a program that does nothing, starts 150 ms apart.", "milliseconds",
     "start", "paced", "to_exit", 1e6, false},
    {"The same, back to back", "In a loop caches are warm: less than what one start costs a user.",
     "milliseconds", "start", "back-to-back", "to_exit", 1e6, false},
    {"CPU work", "A fixed amount of integer and floating-point work, timed inside, in times of the process.",
     "times the process", "cpu", "", "work", 1, true},
    {"One system call",
     "getpid(2), timed inside, in times of the process: what a filter or an emulator adds to each.",
     "times the process", "syscall", "", "per_call", 1, true},
    {"A real library", "zlib packs 1 MiB of text, timed inside, in times of the process.",
     "times the process", "library", "", "deflate", 1, true},
    {"A switch between two processes",
     "A byte goes there and back through pipes on one CPU; in times of the process.", "times the process",
     "switches", "", "per_switch", 1, true},
    {"A page fault", "The first touch of a page of new memory; in times of the process.", "times the process",
     "faults", "", "per_page", 1, true},
    {"Memory bandwidth", "STREAM's triad over arrays of 16 MiB; in times of the process, so less is faster.",
     "times the process", "stream", "", "triad", 1, true},
    {"Memory latency", "A load that needs the one before, through 32 MiB; in times of the process.",
     "times the process", "chase", "", "32768_kib", 1, true},
    {"The second of two tasks on one CPU",
     "What a task with 2048 shares gets beside one with 1024: the course says two thirds.", "part of both",
     "sharing", "1024:2048", "second", 1, false},
    {"Making a file", "One of 500 new files in a new folder; in times of the process.", "times the process",
     "metadata", "", "create", 1, true},
    {"Writing to disk",
     "32 MiB with fsync to the file system a program gets without asking, in a VM to a virtio disk; in times "
     "of the "
     "process.",
     "times the process", "disk", "", "write_and_fsync", 1, true},
    {"Memory of one idle instance",
     "Proportional set size of its processes on the host; for a VM that is QEMU.", "megabytes", "memory", "",
     "pss", 1e6, false},
};

ChartRow row_of(const Results& results, const PlatformFacts& facts, const Series& series, double unit) {
  ChartRow row{facts.title, {}, 0, std::nullopt, facts.accelerator == "tcg"};
  for (const double value : series.values)
    row.samples.push_back(value / unit);
  const auto summary = results.summary(series);
  row.median = summary.median / unit;
  if (summary.interval)
    row.interval = statistics::Interval{summary.interval->low / unit, summary.interval->high / unit};
  return row;
}

Chart chart_of(const Results& results, const Drawn& drawn) {
  Chart chart;
  chart.axis = drawn.axis;
  double unit = drawn.unit;
  if (drawn.over_process) {
    const Series* process = results.find("process", drawn.workload, drawn.mode, drawn.metric);
    if (process == nullptr) return chart;
    unit = results.summary(*process).median;
    chart.reference = 1;
  }
  for (const PlatformFacts& facts : results.platforms) {
    const Series* series = results.find(facts.name, drawn.workload, drawn.mode, drawn.metric);
    if (series != nullptr) chart.rows.push_back(row_of(results, facts, *series, unit));
  }
  return chart;
}

// What the drawing says, in words: a screen reader gets the medians.
std::string description_of(const Drawn& drawn, const Chart& chart) {
  std::string text = fmt::format("{}. Medians in {}: ", drawn.title, drawn.axis);
  for (const ChartRow& row : chart.rows)
    text += fmt::format("{} {:.2f}{}; ", row.label, row.median, row.emulated ? " (emulation)" : "");
  return text;
}

void add_drawing(pugi::xml_node figure, const std::string& svg, const char* width) {
  pugi::xml_node holder = add(figure, "div", {}, {{"class", width}});
  holder.append_buffer(svg.c_str(), svg.size());
}

}  // namespace

void add_charts(pugi::xml_node parent, const Results& results) {
  for (const Drawn& drawn : kDrawn) {
    const Chart chart = chart_of(results, drawn);
    if (chart.rows.empty()) continue;
    pugi::xml_node figure = add(parent, "figure");
    pugi::xml_node caption = add(figure, "figcaption");
    add(caption, "strong", drawn.title);
    add(caption, "span", drawn.caption);
    const std::string description = description_of(drawn, chart);
    const std::string id = fmt::format("{}-{}-{}", drawn.workload, drawn.mode, drawn.metric);
    const std::string wide = draw(chart, kWide, id + "-wide", description);
    if (wide.empty()) {
      add(figure, "p", "The chart is unavailable: gnuplot is not installed. " + description);
      continue;
    }
    add_drawing(figure, wide, "wide");
    add_drawing(figure, draw(chart, kNarrow, id + "-narrow", description), "narrow");
  }
}

}  // namespace report
